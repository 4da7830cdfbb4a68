#include <catch2/catch.hpp>
#include <set>

#include "adapters/participants/circuit_breaker.hpp"

using namespace makegood;
using state = circuit_breaker::state;

namespace {

constexpr steady_instant start{duration{1'000'000}};

breaker_options options() {
    breaker_options chosen;
    chosen.failures_in_a_row_max = 3;
    chosen.sample_calls = 10;
    chosen.failures_in_sample_max = 5;
    chosen.open_time = duration{1'000};
    chosen.open_time_max = duration{3'000};
    return chosen;
}

circuit_breaker opened() {
    circuit_breaker circuit(options());
    for (int failure = 0; failure < 3; ++failure)
        circuit.failed(start);
    return circuit;
}

}  // namespace

TEST_CASE("a circuit opens after failures in a row; a success in between starts the count again") {
    circuit_breaker circuit(options());
    circuit.failed(start);
    circuit.failed(start);
    circuit.succeeded(start);
    circuit.failed(start);
    circuit.failed(start);
    CHECK(circuit.current(start) == state::closed);
    CHECK_FALSE(circuit.admit(start, 1).has_value());
    circuit.failed(start);
    CHECK(circuit.current(start) == state::open);
    CHECK(circuit.admit(start, 1).has_value());
}

TEST_CASE("a circuit opens when half of a sample fails, however mixed") {
    circuit_breaker circuit(options());
    for (int pair = 0; pair < 4; ++pair) {
        circuit.failed(start);
        circuit.succeeded(start);
    }
    CHECK(circuit.current(start) == state::closed);
    circuit.failed(start);
    CHECK(circuit.current(start) == state::open);
}

TEST_CASE("failures thinner than the share never open the circuit") {
    circuit_breaker circuit(options());
    for (int round = 0; round < 100; ++round) {
        circuit.failed(start);
        circuit.succeeded(start);
        circuit.succeeded(start);
    }
    CHECK(circuit.current(start) == state::closed);
}

TEST_CASE("what is held back returns after the probe, spread and not all at once") {
    circuit_breaker circuit = opened();
    std::set<steady_instant> times;
    for (std::uint64_t chance = 0; chance < 1000; chance += 10) {
        const auto until = circuit.admit(start, chance);
        REQUIRE(until.has_value());
        CHECK(*until > circuit.open_until());
        times.insert(*until);
    }
    CHECK(times.size() == 100);
}

TEST_CASE("one probe goes through; its success closes the circuit") {
    circuit_breaker circuit = opened();
    const steady_instant later = start + duration{1'000};
    CHECK(circuit.current(later) == state::half_open);
    CHECK_FALSE(circuit.admit(later, 1).has_value());
    CHECK(circuit.admit(later, 2).has_value());
    circuit.succeeded(later);
    CHECK(circuit.current(later) == state::closed);
    CHECK_FALSE(circuit.admit(later, 3).has_value());
}

TEST_CASE("each failed probe opens the circuit for twice as long, up to the limit") {
    circuit_breaker circuit = opened();
    steady_instant at = start;
    for (const int expected : {1'000, 2'000, 3'000, 3'000}) {
        CHECK(circuit.open_until() == at + duration{expected});
        at = circuit.open_until();
        CHECK_FALSE(circuit.admit(at, 1).has_value());
        circuit.failed(at);
    }
}

TEST_CASE("an answer to a call from before the opening does not close the circuit") {
    circuit_breaker circuit = opened();
    circuit.succeeded(start);
    CHECK(circuit.current(start) == state::open);
}
