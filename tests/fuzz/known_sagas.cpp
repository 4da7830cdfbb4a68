#include "known_sagas.hpp"

#include <deque>
#include <set>

#include "engine/assert.hpp"
#include "engine/step.hpp"
#include "sagas/contract/shipment.hpp"
#include "sagas/registry.hpp"
#include "tests/sagas/shop.hpp"

namespace makegood::fuzz {
namespace {

using testing::start_time;

std::string situation_of(const saga_record& saga) {
    std::string key = std::string(saga.definition->name()) + "|" + std::string(saga.state.value);
    for (const call_record& each : saga.calls) {
        key += "|" + std::string(each.call.call.value) + std::to_string(each.call.ordinal);
        key += std::string(call_status_text(each.status));
    }
    const contract::shipment_status* told = contract::furthest_told(saga);
    if (told != nullptr) key += told->word;
    return key + std::string(saga.text("reservation_status"));
}

std::vector<event> possible_events(const saga_record& saga) {
    std::vector<event> events{operator_acted{operator_verb::cancel, "tester", "for the fuzzer"}};
    for (const call_record& each : saga.calls) {
        const call_spec& spec = saga.definition->call(each.call.call);
        if (each.status == call_status::waiting) {
            events.push_back(signal_received{"payment", true, ""});
            events.push_back(signal_received{"payment", false, "3ds_failed"});
        }
        if (each.status == call_status::pending && is_task(spec)) {
            events.push_back(call_resolved{each.call, true, "tester", "for the fuzzer"});
        }
        if (each.status != call_status::pending || each.next_attempt_at == never) continue;
        const auto answered = [&](const backend_answer& answer) {
            events.push_back(testing::event_of(each.call, saga, answer));
        };
        answered(testing::good_answer(spec, each.call.ordinal, saga, start_time));
        answered(testing::refusing_answer(spec));
        if (!spec.on_waiting.value.empty()) answered(testing::customer_needed_answer());
        events.push_back(call_failed{each.call, "busy", start_time + duration{500}, false});
        if (spec.tries != persistence::persistent) {
            events.push_back(call_exhausted{each.call, "no answer"});
        }
    }
    for (const contract::shipment_status& each : contract::shipment_statuses) {
        fact_reported report = testing::report_of(each.word);
        if (told_by(report, saga)) events.push_back(std::move(report));
    }
    const auto deadline = saga.definition->deadline(saga);
    if (deadline && deadline->fact.value == "delivery_overdue") {
        events.push_back(timer_fired{deadline->fact});
    }
    return events;
}

saga_started start_of(const definition& meaning, const std::string& body) {
    const auto document = meaning.read_start(body);
    ASSERT(document.has_value());
    return {
        .definition = std::string(meaning.name()),
        .version = meaning.version(),
        .customer = document->customer,
        .key = idempotency_key("seed-1"),
        .fingerprint = document->fingerprint,
        .inputs = document->inputs,
        .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
}

// Walks through the situations, breadth first, and notes what has not been seen before.
class walk {
public:
    explicit walk(known_sagas& into) : into_(into) {}

    void from(const saga_id& id, const saga_started& start) {
        const definition* meaning = into_.registry.find(start.definition, start.version);
        ASSERT(meaning != nullptr);
        into_.starts.push_back(start);
        saga_record saga = begin_record(id, *meaning, start, start_time);
        apply(std::move(saga), start);
        while (!open_.empty()) {
            const saga_record next = std::move(open_.front());
            open_.pop_front();
            if (situations_.insert(situation_of(next)).second) visit(next);
        }
    }

private:
    void apply(saga_record saga, const event& happened) {
        const step_outcome outcome = step(saga, {saga.sequence + 1, start_time, happened});
        into_.events.push_back(happened);
        if (outcome.starts_child && children_.empty()) {
            const auto child = saga.definition->child(saga);
            ASSERT(child.has_value());
            children_.insert(child->id);
            const saga_started start{child->definition, 1, saga.customer, {}, {},
                                     child->inputs,     {}};
            walk(into_).from(child->id, start);
        }
        open_.push_back(std::move(saga));
    }

    void visit(const saga_record& saga) {
        into_.records.push_back(saga);
        for (const call_record& each : saga.calls) {
            const bool is_asked = !is_task(saga.definition->call(each.call.call));
            if (each.status != call_status::pending || !is_asked) continue;
            open_call open{&saga.definition->call(each.call.call), each.call.ordinal, saga};
            if (calls_.insert(open.name()).second) into_.calls.push_back(std::move(open));
        }
        if (saga.ended()) return;
        for (const event& each : possible_events(saga))
            apply(saga, each);
    }

    known_sagas& into_;
    std::deque<saga_record> open_;
    std::set<std::string> situations_;
    std::set<std::string> calls_;
    std::set<saga_id> children_;
};

// A call that no saga here waits for would never be tried.
void check_every_call(const known_sagas& known) {
    for (const auto& meaning : known.registry.all()) {
        for (const call_spec& each : meaning->calls()) {
            const auto is_it = [&](const open_call& open) { return open.spec == &each; };
            ASSERT(is_task(each) || std::any_of(known.calls.begin(), known.calls.end(), is_it));
        }
    }
}

}  // namespace

std::string open_call::name() const {
    std::string text(saga.definition->name());
    text.append(".").append(spec->name.value);
    return ordinal == 0 ? text : text + ":" + std::to_string(ordinal);
}

const known_sagas& all_known_sagas() {
    static const known_sagas known = [] {
        known_sagas made;
        checkout_settings settings;
        settings.track_shipments = true;
        made.registry = make_registry(settings);
        const definition& checkout = *made.registry.newest("checkout");
        walk through(made);
        for (const std::string& body :
             {testing::cart_body(), testing::one_card_body(), testing::two_tenders_body()}) {
            through.from(testing::test_id(), start_of(checkout, body));
        }
        check_every_call(made);
        return made;
    }();
    return known;
}

}  // namespace makegood::fuzz
