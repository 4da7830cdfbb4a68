#include <catch2/catch.hpp>
#include <random>

#include "saga_test.hpp"

namespace makegood::testing {
namespace {

constexpr int runs = 400;
constexpr int facts_per_run = 60;

bool leaves_traces(const call_record& call) {
    return (call.call.call == reserve_inventory || call.call.call == authorize_payment
            || call.call.call == create_order)
           && call.status != call_status::refused;
}

TEST_CASE("whatever happens in whatever order, the saga stays legal and its journal folds to it") {
    const auto seed = GENERATE(take(3, random(1, 1'000'000'000)));
    INFO("seed " << seed);
    std::mt19937 chance(static_cast<std::mt19937::result_type>(seed));
    const std::vector<std::string> bodies{one_card_body(), two_tenders_body(), cart_body()};
    for (int run = 0; run < runs; ++run) {
        INFO("run " << run);
        saga_test script({.body = bodies[chance() % bodies.size()], .settings = {}});
        script.given(started);
        const auto facts = script.saga().definition->facts();
        for (int i = 0; i < facts_per_run && !script.saga().ended(); ++i) {
            const fact_name fact = facts[chance() % facts.size()];
            const auto ordinal = static_cast<call_ordinal>(chance() % 3);
            std::optional<event> happens = script.event_for(fact, ordinal);
            if (!happens) happens = script.event_for(fact);
            if (happens) script.apply(*happens);
        }
        const saga_record& saga = script.saga();
        if (saga.state == failed) {
            CHECK(std::none_of(saga.calls.begin(), saga.calls.end(), leaves_traces));
        }
        CHECK(
            saga.ended()
            == (saga.state == failed || saga.state == completed || saga.state == compensated)
        );
        script.replays();
    }
}

}  // namespace
}  // namespace makegood::testing
