#include "simulation/backends/backend.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "engine/assert.hpp"

namespace makegood::simulation {
namespace {

// The next segment of a path, taken off its front.
std::string_view take_segment(std::string_view& path) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    return segment;
}

}  // namespace

backend_answer answer_with(unsigned status, std::string body) {
    return {status, std::move(body), {}};
}

backend_answer refuse_with(unsigned status, std::string_view code) {
    return {status, fmt::format(R"({{"code":"{}"}})", code), {}};
}

std::string_view text_of(const boost::json::object& body, std::string_view name) {
    const boost::json::value* value = body.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                  : std::string_view{};
}

backend_answer backend::receive(const arrival& request) {
    // Reading has no effect: it is answered anew each time.
    const bool reads = request.method == "GET";
    const auto known = reads ? seen_.end() : seen_.find(std::string(request.key));
    if (known != seen_.end()) {
        const first_time& first = known->second;
        if (first.target == request.target && first.body == request.body) return first.answer;
        reused_key_ = request.key;
        return refuse_with(422, "idempotency_key_reused");
    }
    std::string_view path = request.target;
    ASSERT(path.starts_with("/v1/"));
    path.remove_prefix(4);
    parts segments;
    segments.collection = take_segment(path);
    segments.subject = take_segment(path);
    segments.verb = take_segment(path);
    boost::json::object body;
    if (!request.body.empty()) body = boost::json::parse(request.body).as_object();
    backend_answer answer = perform(request, segments, body);
    if (!reads) {
        seen_.emplace(
            request.key, first_time{std::string(request.target), std::string(request.body), answer}
        );
    }
    return answer;
}

}  // namespace makegood::simulation
