#include "cli/server_connection.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <exception>
#include <stdexcept>

#include "adapters/clock/clock.hpp"
#include "adapters/http/client.hpp"
#include "cli/checkout_reader.hpp"
#include "cli/exit_code.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds answer_time_max{30};
constexpr std::size_t answer_bytes_max = 64 * 1024 * 1024;

http::origin origin_of(const std::string& url) {
    try {
        return http::origin::parse(url);
    } catch (const std::invalid_argument& problem) {
        throw command_failure(errc::usage_wrong, fmt::format("--server {}", problem.what()));
    }
}

errc errc_of_status(unsigned status) {
    switch (status) {
        // What was typed is passed on as it is; the server is the one that knows what is wrong.
        case 400: return errc::usage_wrong;
        case 404: return errc::not_found;
        case 409: return errc::conflict;
        case 410: return errc::gone;
        case 429: return errc::server_unreachable;
        case 503: return errc::server_unreachable;
        default: return status >= 500 ? errc::server_failed : errc::refused;
    }
}

// Awaited by name: GCC 12 mishandles temporaries inside a co_await expression.
boost::asio::awaitable<void> exchange_into(
    http::client* client,
    http::request message,
    std::chrono::steady_clock::time_point deadline,
    http::exchange_result* into
) {
    boost::asio::awaitable<http::exchange_result> exchange =
        client->exchange(std::move(message), deadline);
    *into = co_await std::move(exchange);
}

[[noreturn]] void throw_no_answer(const http::failure& failure, const std::string& url) {
    throw command_failure(
        errc::server_unreachable, fmt::format("no answer from {}: {}", url, failure.detail),
        "start a server with `makegood serve`, say which with --server URL or MAKEGOOD_SERVER, or "
        "read its\ndata folder with --data DIR"
    );
}

[[noreturn]] void throw_problem(const http::response& answer, const std::string& url) {
    boost::system::error_code ignored;
    const json::value parsed = json::parse(answer.body, ignored);
    const json::object problem = parsed.is_object() ? parsed.get_object() : json::object{};
    const std::string code = text_of(problem, "code");
    std::string what = text_of(problem, "detail");
    if (what.empty()) what = text_of(problem, "title");
    if (what.empty()) what = fmt::format("{} answered with status {}", url, answer.status);
    throw command_failure(
        errc_of_status(answer.status), code.empty() ? what : fmt::format("{}: {}", code, what),
        code.empty() ? std::string{} : fmt::format("see `makegood explain {}`", code)
    );
}

json::value read_answer(const http::exchange_result& result, const std::string& url) {
    if (const auto* failure = std::get_if<http::failure>(&result)) throw_no_answer(*failure, url);
    const auto& answer = std::get<http::response>(result);
    if (answer.status < 200 || answer.status > 299) throw_problem(answer, url);
    boost::system::error_code problem;
    json::value body = json::parse(answer.body, problem);
    if (problem) {
        throw command_failure(
            errc::server_failed, fmt::format("{} answered with something that is not JSON", url),
            "is that a makegood server?"
        );
    }
    return body;
}

}  // namespace

struct server_connection::implementation {
    explicit implementation(const std::string& url)
        : client(io, origin_of(url), {.connections_max = 1, .answer_bytes_max = answer_bytes_max}) {
    }

    http::exchange_result exchange(http::request message) {
        http::exchange_result result = http::failure{};
        std::exception_ptr thrown;
        io.restart();
        boost::asio::co_spawn(
            io, exchange_into(&client, std::move(message), steady_now() + answer_time_max, &result),
            [this, &thrown](std::exception_ptr problem) {
                thrown = problem;
                // The pool keeps the connection and its timer, which would keep run() too.
                io.stop();
            }
        );
        io.run();
        if (thrown) std::rethrow_exception(thrown);
        return result;
    }

    boost::asio::io_context io{1};
    http::client client;
};

server_connection::server_connection(std::string url)
    : url_(std::move(url)), implementation_(std::make_unique<implementation>(url_)) {}

server_connection::~server_connection() = default;

json::value server_connection::get(const std::string& target) {
    http::request message;
    message.method = "GET";
    message.target = target;
    message.fields.add("Accept", "application/json");
    return read_answer(implementation_->exchange(std::move(message)), url_);
}

json::value server_connection::post(const std::string& target, std::string body) {
    http::request message;
    message.method = "POST";
    message.target = target;
    message.body = std::move(body);
    return read_answer(implementation_->exchange(std::move(message)), url_);
}

std::string percent_encoded(std::string_view text) {
    return boost::urls::encode({text.data(), text.size()}, boost::urls::unreserved_chars);
}

}  // namespace makegood::cli
