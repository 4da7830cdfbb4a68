#include "simulation/network.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace makegood::simulation {
namespace {

using kind = fault_kind;
using namespace std::chrono_literals;

constexpr duration latency_min{1};
constexpr duration latency_max{15};
constexpr duration late_max = 45min;    // a request that was held up somewhere
constexpr duration second_max = 10min;  // the second copy of a request

constexpr std::array backend_names{"cart",  "catalog",     "inventory",   "payment",
                                   "order", "fulfillment", "notification"};

std::string outcome_text(const attempt_outcome& outcome) {
    if (const auto* answer = std::get_if<backend_answer>(&outcome)) {
        return std::to_string(answer->status);
    }
    if (const auto* silence = std::get_if<no_answer>(&outcome)) return silence->detail;
    return "circuit open";
}

}  // namespace

// -- one attempt

void network::send(const perform_call& call, instant wall, completion done) {
    const duration patience = std::max(latency_min, call.deadline - wall);
    auto sent = std::make_shared<flight>(flight{call, std::move(done), time_.now() + patience});
    if (sky_.strikes(kind::breaker_open)) {
        return end(sent, 0ms, call_deferred{wall + chance_.between(100ms, 5'000ms)});
    }
    const outage& out = outages_[std::string(call.backend.value)];
    if (time_.now() < out.away_until) return end(sent, 1ms, no_answer{false, "connection refused"});
    if (time_.now() < out.storm_until) return end(sent, latency_max, refuse_to_serve());
    if (sky_.strikes(kind::lost_request)) return fall_silent(sent);
    if (sky_.strikes(kind::denied)) return end(sent, latency_max, deny());
    if (sky_.strikes(kind::server_error)) return end(sent, latency_max, refuse_to_serve());
    if (sky_.strikes(kind::late_delivery)) {
        time_.at(sent->ends + chance_.between(1ms, late_max), [this, sent] {
            log_.note(time_.now(), sent->call.id, {sent->call.call.call.value, "arrives late"});
            static_cast<void>(deliver(sent->call));
        });
        return fall_silent(sent);
    }
    travel(sent);
}

void network::travel(const flight_pointer& sent) {
    time_.after(chance_.between(latency_min, latency_max), [this, sent] { arrive(sent); });
}

void network::arrive(const flight_pointer& sent) {
    backend_answer given = deliver(sent->call);
    if (sky_.strikes(kind::duplicate)) {
        time_.after(chance_.between(latency_min, second_max), [this, sent] {
            log_.note(time_.now(), sent->call.id, {sent->call.call.call.value, "arrives twice"});
            static_cast<void>(deliver(sent->call));
        });
    }
    if (sky_.strikes(kind::lost_answer)) return fall_silent(sent);
    if (sky_.strikes(kind::error_after_effect)) given = answer_with(500, "{}");
    if (sky_.strikes(kind::malformed_answer)) garble(given);
    answer(sent, std::move(given));
}

void network::answer(const flight_pointer& sent, backend_answer given) {
    const duration left = std::max(0ms, sent->ends - time_.now());
    const duration slow = sky_.strikes(kind::slow_answer) ? left * 3 / 2 : latency_max;
    const duration takes = chance_.between(latency_min, std::max(latency_min, slow));
    if (takes > left) return end(sent, left, no_answer{true, "no answer in time"});
    end(sent, takes, std::move(given));
}

void network::fall_silent(const flight_pointer& sent) {
    const duration left = std::max(0ms, sent->ends - time_.now());
    const bool cut = chance_.happens(0.5);
    if (cut)
        return end(sent, chance_.between(0ms, left), no_answer{true, "the connection was cut"});
    end(sent, left, no_answer{true, "no answer in time"});
}

void network::end(const flight_pointer& sent, duration after, attempt_outcome outcome) {
    time_.after(after, [this, sent, outcome = std::move(outcome)]() mutable {
        log_.note(
            time_.now(), sent->call.id, {sent->call.call.call.value, "->", outcome_text(outcome)}
        );
        sent->done(std::move(outcome));
    });
}

backend_answer network::deliver(const perform_call& call) {
    return backends_.receive(call.backend.value, call.request, call.idempotency_key, time_.now());
}

// -- answers that say nothing good

backend_answer network::refuse_to_serve() {
    constexpr std::array statuses{500U, 502U, 503U, 504U, 429U, 408U};
    backend_answer given = answer_with(statuses[chance_.below(statuses.size())], "{}");
    if (chance_.happens(0.3)) given.retry_after = chance_.between(1'000ms, 20'000ms);
    return given;
}

backend_answer network::deny() {
    switch (chance_.below(3)) {
        case 0: return answer_with(401, R"({"code":"unauthorized"})");
        case 1: return answer_with(403, {});
        default: return answer_with(409, "<html>not now</html>");
    }
}

void network::garble(backend_answer& given) {
    if (given.status < 200 || given.status > 299) return;
    switch (chance_.below(4)) {
        case 0: given.body.resize(given.body.size() / 2); break;
        case 1: given.body = "<html>hello</html>"; break;
        case 2: given.body = R"({"status":"perhaps"})"; break;
        default: given.body = "[]"; break;
    }
}

// -- outages

std::string_view network::some_backend() {
    return backend_names[chance_.below(backend_names.size())];
}

void network::restart_a_backend() {
    const std::string name(some_backend());
    log_.note(time_.now(), {}, {name, "restarts"});
    outages_[name].away_until = time_.now() + chance_.between(100ms, 20'000ms);
}

void network::storm_at_a_backend() {
    const std::string name(some_backend());
    log_.note(time_.now(), {}, {name, "answers nothing but errors"});
    outages_[name].storm_until = time_.now() + chance_.between(1'000ms, 60'000ms);
}

void network::recover() {
    outages_.clear();
}

}  // namespace makegood::simulation
