#include "adapters/api/problem.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>

#include "adapters/api/problem_codes.hpp"
#include "engine/assert.hpp"

namespace makegood {

namespace {

constexpr duration soon{1'000};
constexpr duration after_a_restart{5'000};

problem try_again(std::string_view code, std::string sentence, duration after) {
    return {503, code, std::move(sentence), {}, after};
}

std::string with_detail(std::string sentence, const std::string& detail) {
    if (!detail.empty()) sentence.append(": ").append(detail);
    return sentence;
}

// What is wrong first: the state alone does not tell what was asked too much.
problem conflict(std::string_view code, std::string sentence, const std::string& detail) {
    return {409, code, with_detail(std::move(sentence), detail)};
}

std::string_view title_of(unsigned status) {
    switch (status) {
        case 400: return "Bad Request";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 415: return "Unsupported Media Type";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 503: return "Service Unavailable";
        default: return "Internal Server Error";
    }
}

std::string whole_seconds(duration wait) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    return std::to_string(std::max<std::int64_t>(1, seconds));
}

}  // namespace

// The one place where a refusal becomes a status.
problem problem_of(refusal why, const std::string& detail) {
    namespace codes = problem_codes;
    switch (why) {
        case refusal::none: break;
        case refusal::idempotency_key_reused:
            return {
                422, codes::idempotency_key_reused,
                "this Idempotency-Key was used for another checkout of this customer; send a "
                "new key with a new payload"};
        case refusal::not_found: return {404, codes::not_found, "there is no checkout of this id"};
        case refusal::past_pivot:
            return conflict(
                codes::past_pivot,
                "the deduction of the stock is confirmed or being confirmed; from here the "
                "checkout only goes forward",
                detail
            );
        case refusal::already_ended:
            return conflict(codes::already_ended, "the checkout has ended", detail);
        case refusal::signal_not_expected:
            return conflict(
                codes::signal_not_expected,
                "no call of this checkout waits for that; it came early, late or twice", detail
            );
        case refusal::report_not_expected:
            return conflict(
                codes::report_not_expected, "nobody waits for word of this shipment", detail
            );
        case refusal::call_not_open:
            return conflict(
                codes::call_not_open, "that call is not open: there is nothing to settle by hand",
                detail
            );
        case refusal::not_resolvable:
            return conflict(
                codes::not_resolvable,
                "the answer of that call is needed, so nobody can settle it by hand", detail
            );
        case refusal::nothing_to_retry:
            return conflict(
                codes::nothing_to_retry, "no call is open that could be tried again", detail
            );
        case refusal::not_parked:
            return conflict(codes::not_parked, "the checkout is not parked", detail);
        case refusal::overloaded:
            return try_again(
                codes::overloaded, with_detail("too much is under way; try again", detail), soon
            );
        case refusal::store_unavailable:
            return try_again(
                codes::store_unavailable,
                with_detail("the store cannot be used now; nothing was accepted", detail), soon
            );
    }
    ASSERT(false);
}

problem problem_of(turned_away door, duration retry_after) {
    namespace codes = problem_codes;
    switch (door) {
        case turned_away::no: break;
        case turned_away::starting:
            return try_again(
                codes::starting, "unfinished checkouts are being read; try again", soon
            );
        case turned_away::draining:
            return try_again(
                codes::draining, "the server is about to stop; nothing was accepted",
                after_a_restart
            );
        case turned_away::rate_limited:
            return {
                429,
                codes::rate_limited,
                "this customer starts too many checkouts; nothing was accepted",
                {},
                retry_after};
    }
    ASSERT(false);
}

problem problem_of(const store_error& error) {
    namespace codes = problem_codes;
    switch (error.code) {
        case store_errc::full:
        case store_errc::io:
        case store_errc::stale_owner: return problem_of(refusal::store_unavailable, error.detail);
        case store_errc::not_found: return problem_of(refusal::not_found, {});
        case store_errc::corrupt: return {500, codes::store_corrupt, error.detail};
        case store_errc::too_new: return {500, codes::store_too_new, error.detail};
    }
    ASSERT(false);
}

problem problem_of(const start_refusal& refused) {
    namespace codes = problem_codes;
    const auto known = std::find(codes::all.begin(), codes::all.end(), refused.code);
    ASSERT(known != codes::all.end());
    return {400, *known, refused.detail, refused.problems};
}

problem invalid_field(std::string pointer, std::string detail) {
    std::string sentence = pointer + ": " + detail;
    return {
        400,
        problem_codes::invalid_field,
        std::move(sentence),
        {{std::move(pointer), std::move(detail)}}};
}

problem too_many_reads() {
    return problem_of(refusal::overloaded, "too many reads wait for the store");
}

http::response problem_response(const problem& what) {
    boost::json::object members{
        {"type", "about:blank"}, {"title", title_of(what.status)}, {"status", what.status},
        {"code", what.code},     {"detail", what.detail},
    };
    if (!what.errors.empty()) {
        boost::json::array& errors = members["errors"].emplace_array();
        for (const field_problem& each : what.errors) {
            errors.push_back({{"pointer", each.pointer}, {"detail", each.detail}});
        }
    }
    http::response answer;
    answer.status = what.status;
    answer.content_type = "application/problem+json";
    answer.body = boost::json::serialize(members);
    if (what.retry_after) answer.fields.add("Retry-After", whole_seconds(*what.retry_after));
    return answer;
}

}  // namespace makegood
