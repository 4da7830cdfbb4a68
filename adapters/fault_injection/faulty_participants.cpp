#include "adapters/fault_injection/faulty_participants.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <utility>
#include <variant>

#include "adapters/clock/clock.hpp"
#include "adapters/fault_injection/crash.hpp"
#include "engine/assert.hpp"

namespace makegood {

namespace asio = boost::asio;

namespace {

no_answer unknown(fault_mode mode) {
    std::string detail = "no answer: injected fault ";
    return {.reached = true, .detail = detail.append(fault_mode_text(mode))};
}

backend_answer refusal_of(const fault_rule& rule) {
    boost::json::object body{{"code", rule.code}};
    if (!rule.detail.empty()) body["detail"] = rule.detail;
    return {.status = 409, .body = boost::json::serialize(body), .retry_after = {}};
}

bool was_answered(const attempt_outcome& outcome) {
    return std::holds_alternative<backend_answer>(outcome);
}

}  // namespace

void faulty_participants::send(const perform_call& call, completion done) {
    const std::optional<fault_rule> rule =
        rules_.strike(fault_point::attempt, call.id, call.call, sagas_.customer_of(call.id));
    if (!rule) return real_.send(call, std::move(done));
    if (rule->delay > duration{0}) return send_later(*rule, call, std::move(done));
    send_as_told(*rule, call, std::move(done));
}

// Nobody listens to an attempt past its deadline: it ends there. What was merely held up on its way
// still arrives, perhaps after its undo.
void faulty_participants::send_later(
    const fault_rule& rule, const perform_call& call, completion done
) {
    const duration patience = call.deadline - now();
    if (rule.delay < patience) {
        return after(rule.delay, [this, rule, call, done = std::move(done)] {
            send_as_told(rule, call, done);
        });
    }
    after(patience, [done = std::move(done)] { done(unknown(fault_mode::delay)); });
    if (rule.mode != fault_mode::delay) return;
    after(rule.delay, [this, late = call]() mutable {
        constexpr duration answer_time{5'000};
        late.deadline = now() + answer_time;
        real_.send(late, [](const attempt_outcome&) {});
    });
}

void faulty_participants::after(duration delay, std::function<void()> then) {
    // Shared with its own handler only, which must outlive this call.
    const auto timer = std::make_shared<asio::steady_timer>(io_, std::max(delay, duration{0}));
    timer->async_wait([timer, then = std::move(then)](const boost::system::error_code&) { then(); }
    );
}

void faulty_participants::send_as_told(
    const fault_rule& rule, const perform_call& call, completion done
) {
    switch (rule.mode) {
        case fault_mode::refuse: return finish_later(refusal_of(rule), std::move(done));
        case fault_mode::error:
            return finish_later(
                backend_answer{503, R"({"code":"injected_fault"})", {}}, std::move(done)
            );
        case fault_mode::timeout_before: return finish_later(unknown(rule.mode), std::move(done));
        case fault_mode::timeout_after:
            return real_.send(call, [done = std::move(done)](attempt_outcome outcome) {
                const bool lost = was_answered(outcome);
                done(lost ? unknown(fault_mode::timeout_after) : std::move(outcome));
            });
        case fault_mode::duplicate: return send_twice(call, std::move(done));
        case fault_mode::delay: return real_.send(call, std::move(done));
        case fault_mode::crash_after_commit: crash();
        case fault_mode::crash_after_effect:
            return real_.send(call, [done = std::move(done)](attempt_outcome outcome) {
                if (was_answered(outcome)) crash();
                done(std::move(outcome));
            });
        case fault_mode::crash_before_commit: break;  // strikes at another point
    }
    ASSERT(false);
}

// The second answer is the one that a client sees who was cut off from the first.
void faulty_participants::send_twice(const perform_call& call, completion done) {
    real_.send(call, [this, call, done = std::move(done)](attempt_outcome first) {
        real_.send(call, [first = std::move(first), done](attempt_outcome second) {
            done(was_answered(second) ? std::move(second) : first);
        });
    });
}

void faulty_participants::finish_later(attempt_outcome outcome, completion done) {
    asio::post(io_, [outcome = std::move(outcome), done = std::move(done)]() mutable {
        done(std::move(outcome));
    });
}

}  // namespace makegood
