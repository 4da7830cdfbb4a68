#include "conformance/trial.hpp"

#include <fmt/format.h>

#include "adapters/clock/clock.hpp"

namespace makegood::conformance {

namespace {

// Enough for the longest case that goes step by step; a poll only keeps its last answer.
constexpr std::size_t transcript_max = 12;
constexpr std::chrono::milliseconds poll_pause{50};

std::string expectation(std::string_view expected, const exchange& seen) {
    return fmt::format("expected {}, got {}", expected, answer_line(seen));
}

}  // namespace

std::string trial_ids::key(std::string_view call, std::string_view more) const {
    return more.empty() ? fmt::format("{}:{}", checkout(), call)
                        : fmt::format("{}:{}:{}", checkout(), call, more);
}

trial_ids id_source::fresh() {
    return {fmt::format("cnf{:x}x{}", seed_, ++count_)};
}

exchange trial::send(backend_call call) {
    exchange seen = backend_.send(std::move(call));
    note(seen);
    return seen;
}

std::vector<exchange> trial::send_at_once(std::vector<backend_call> calls) {
    auto seen = backend_.send_at_once(std::move(calls));
    for (const exchange& each : seen) {
        left_alone_ |= each.status == 0;
    }
    return seen;
}

caller::sequence trial::send_on_one_connection(
    std::vector<backend_call> calls, std::chrono::milliseconds watched
) {
    auto seen = backend_.send_on_one_connection(std::move(calls), watched);
    for (const exchange& each : seen.exchanges) {
        note(each);
    }
    return seen;
}

void trial::expect(bool fulfilled, std::string_view expected, const exchange& seen) {
    if (fulfilled) return;
    const bool shown = !transcript_.empty() && transcript_.back().sent.key == seen.sent.key
                       && transcript_.back().sent.target == seen.sent.target;
    if (!shown) note(seen);
    throw case_failed(expectation(expected, seen));
}

void trial::expect_success(const exchange& seen, wanted_outcome wanted) {
    expect(seen.succeeded(), "a success (2xx)", seen);
    const std::string wrong = flaw_of(options_, seen, wanted);
    expect(wrong.empty(), wrong, seen);
}

bool trial::is_done(const exchange& seen) const {
    return seen.succeeded() && flaw_of(options_, seen).empty();
}

void trial::expect_refused(const exchange& seen) {
    expect(seen.refused(), "a refusal (400, 402, 404, 409, 410 or 422) with a JSON `code`", seen);
}

void trial::expect_refused(const exchange& seen, std::string_view code) {
    expect(
        seen.refused() && seen.code() == code, fmt::format("a refusal with code `{}`", code), seen
    );
}

void trial::prepared(bool fulfilled, std::string_view what, const exchange& seen) {
    if (!fulfilled) throw case_blocked(fmt::format("{}: {}", what, answer_line(seen)));
}

exchange trial::poll(
    const std::function<backend_call()>& question, const std::function<bool(const exchange&)>& over
) {
    const auto until = steady_now() + options_.expiry_grace;
    for (;;) {
        exchange seen = backend_.send(question());
        const bool ended = over(seen);
        if (ended || seen.status == 0 || steady_now() >= until) {
            note(seen);
            return seen;
        }
        backend_.pause(poll_pause);
    }
}

void trial::clean_up() {
    if (!cleanup_.empty()) (void)backend_.send_at_once(std::move(cleanup_));
    cleanup_.clear();
}

void trial::note(const exchange& seen) {
    left_alone_ |= seen.status == 0;
    if (transcript_.size() == transcript_max) transcript_.erase(transcript_.begin() + 1);
    transcript_.push_back(seen);
}

}  // namespace makegood::conformance
