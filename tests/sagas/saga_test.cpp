#include "saga_test.hpp"

#include <catch2/catch.hpp>
#include <span>

#include "engine/replay.hpp"

namespace makegood::testing {
namespace {

constexpr std::size_t undo_steps_max = 16;  // longer than any undo; a loop would not end

std::vector<std::string> texts_of(std::span<const call_reference> calls) {
    std::vector<std::string> texts;
    for (const call_reference& each : calls)
        texts.push_back(text_of(each));
    return texts;
}

const call_record* open_call(const saga_record& saga, std::optional<call_ordinal> ordinal) {
    for (const call_record& each : saga.calls) {
        const bool open =
            each.status == call_status::pending || each.status == call_status::waiting;
        if (open && (!ordinal || *ordinal == each.call.ordinal)) return &each;
    }
    return nullptr;
}

}  // namespace

std::string text_of(const call_reference& call) {
    std::string text(call.call.value);
    if (call.ordinal > 0) text += ":" + std::to_string(call.ordinal);
    return text;
}

saga_test::saga_test(scenario played)
    : played_(std::move(played)),
      registry_(std::make_shared<definition_registry>(make_registry(played_.settings))),
      definition_(registry_->newest("checkout")) {}

saga_test& saga_test::given(fact_name started) {
    REQUIRE(started == definition_->started_fact());
    auto document = definition_->read_start(played_.body);
    REQUIRE(document.has_value());
    const saga_started start{
        .definition = std::string(definition_->name()),
        .version = definition_->version(),
        .customer = document->customer,
        .key = idempotency_key("key-1"),
        .fingerprint = document->fingerprint,
        .inputs = document->inputs,
        .traceparent = {}};
    saga_ = begin_record(test_id(), *definition_, start, now_);
    script_.push_back({started, {}});
    apply(start);
    return *this;
}

saga_test& saga_test::expects_calls(const std::vector<std::string>& calls) {
    INFO("in state " << saga_.state.value);
    CHECK(texts_of(outcome_.opened) == calls);
    return *this;
}

saga_test& saga_test::when(fact_name fact) {
    script_.push_back({fact, {}});
    const std::optional<event> happens = event_for(fact);
    INFO("the fact " << fact.value << " in state " << saga_.state.value);
    REQUIRE(happens.has_value());
    apply(*happens);
    REQUIRE(outcome_.listed);
    return *this;
}

saga_test& saga_test::when(fact_name fact, call_ordinal ordinal) {
    script_.push_back({fact, ordinal});
    const std::optional<event> happens = event_for(fact, ordinal);
    INFO("the fact " << fact.value << " of call " << int{ordinal});
    REQUIRE(happens.has_value());
    apply(*happens);
    REQUIRE(outcome_.listed);
    return *this;
}

saga_test& saga_test::when_answered(call_name call, backend_answer answer, call_ordinal ordinal) {
    REQUIRE(saga_.find_call({call, ordinal}) != nullptr);
    apply(event_of({call, ordinal}, saga_, answer));
    return *this;
}

saga_test& saga_test::at(state_name state) {
    CHECK(saga_.state.value == state.value);
    return *this;
}

saga_test& saga_test::ends(state_name state) {
    at(state);
    CHECK(saga_.ended());
    replays();
    return *this;
}

saga_test& saga_test::with_reason(std::string_view code) {
    REQUIRE(saga_.reason.has_value());
    CHECK(saga_.reason->code == code);
    return *this;
}

saga_test& saga_test::after(duration offset) {
    now_ = start_time + offset;
    return *this;
}

void saga_test::apply(event happened) {
    journal_.push_back({saga_.sequence + 1, now_, std::move(happened)});
    outcome_ = step(saga_, journal_.back());
}

void saga_test::replays() const {
    const auto folded = replay(*registry_, saga_.id, journal_);
    REQUIRE(folded.has_value());
    CHECK(*folded == saga_);
}

std::optional<event> saga_test::event_for(fact_name fact, std::optional<call_ordinal> ordinal)
    const {
    if (fact == definition_->cancel_fact()) {
        return operator_acted{operator_verb::cancel, "tester", "changed my mind"};
    }
    if (fact == deadline_passed || fact == reservation_expired) return timer_fired{fact};
    const call_record* open = open_call(saga_, ordinal);
    if (open == nullptr) return {};
    const call_spec& spec = definition_->call(open->call.call);
    if (open->status == call_status::waiting) {
        if (fact == spec.on_done) return signal_received{"payment", true, ""};
        if (fact == spec.on_refused) return signal_received{"payment", false, "3ds_failed"};
        return {};
    }
    if (fact == spec.on_done) {
        return event_of(open->call, saga_, good_answer(spec, open->call.ordinal, saga_, now_));
    }
    if (fact == spec.on_refused) return event_of(open->call, saga_, refusing_answer(spec));
    if (fact == spec.on_waiting) return event_of(open->call, saga_, customer_needed_answer());
    if (fact == definition_->unknown_fact() && spec.tries != persistence::persistent) {
        return call_exhausted{open->call, "no answer within 5000 ms"};
    }
    return {};
}

saga_test saga_test::replayed_to(std::size_t lines) const {
    saga_test again(played_);
    again.now_ = start_time;
    again.given(script_.front().fact);
    for (std::size_t i = 1; i < lines; ++i) {
        if (script_[i].ordinal) {
            again.when(script_[i].fact, *script_[i].ordinal);
        } else {
            again.when(script_[i].fact);
        }
    }
    return again;
}

// Lets the failure happen and every undo succeed. Empty when the fact cannot happen here.
std::string saga_test::undo_line(fact_name failure) const {
    saga_test failing = replayed_to(script_.size());
    std::string line(failing.saga_.state.value);
    line.append(" ").append(failure.value).append(":");
    const std::optional<event> happens = failing.event_for(failure);
    if (!happens || definition_->decide(saga_, failure).says == transition::verdict::unlisted)
        return {};
    failing.apply(*happens);
    if (failing.outcome_.ignored) return line + " ignored\n";
    for (std::size_t taken = 0; taken < undo_steps_max; ++taken) {
        for (const call_reference& each : failing.outcome_.opened)
            line += " " + testing::text_of(each);
        const call_record* open = open_call(failing.saga_, {});
        if (open == nullptr) break;
        const call_spec& spec = definition_->call(open->call.call);
        failing.apply(*failing.event_for(spec.on_done));
    }
    line.append(" -> ").append(failing.saga_.state.value);
    if (failing.saga_.reason) line.append(" (").append(failing.saga_.reason->code).append(")");
    failing.replays();
    return line + "\n";
}

std::string saga_test::fails_at_every_step() const {
    std::string lines;
    for (std::size_t done = 1; done <= script_.size(); ++done) {
        const saga_test reached = replayed_to(done);
        if (reached.saga_.ended()) continue;
        for (const fact_name failure : definition_->facts()) {
            const bool fails = failure.value.ends_with("_refused") || failure == outcome_unknown
                               || failure == cancel_requested || failure == deadline_passed
                               || failure == reservation_expired;
            if (fails) lines += reached.undo_line(failure);
        }
    }
    return lines;
}

}  // namespace makegood::testing
