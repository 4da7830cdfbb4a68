#pragma once

// The step function of a table. Includes MSM: only a saga's machine.cpp may include it.

#include <array>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/mpl.hpp>
#include <boost/msm/back/state_machine.hpp>
#include <boost/msm/front/state_machine_def.hpp>

#include "engine/assert.hpp"
#include "sagas/dsl/expansion.hpp"

namespace makegood::dsl {

// The front-end of MSM for a table: one flat region without entry or exit actions, queues or
// exceptions. It lives for one call of decide().
template <typename Lines, typename Initial>
struct machine_front : boost::msm::front::state_machine_def<machine_front<Lines, Initial>> {
    using initial_state = Initial;
    using transition_table = expanded<Lines>;
    using no_exception_thrown = int;  // an action that throws must not look handled
    using no_message_queue = int;     // without it, the line above would leave a machine stuck

    template <fixed_text Name>
    void perform(call<Name>) {
        emits.push_back(call<Name>::name);
    }
    void perform(start_child) { starts_child = true; }

    // An unlisted fact is the caller's to judge; the default would assert.
    template <typename Event, typename Machine>
    void no_transition(const Event&, Machine&, int) {}

    const saga_record* saga = nullptr;
    decltype(transition::emits) emits;
    bool starts_child = false;
    bool ignored = false;
};

// An "archive" that holds one thing: which state a machine is in. MSM offers no other way to set
// it.
struct state_restorer {
    int id;

    void operator&(int (&regions)[1]) const { regions[0] = id; }
    template <typename Other>
    void operator&(const Other&) const {}  // history and flags are those of a fresh machine
};

// Drives the table for one fact at a time. Stateless: states are found by name, because MSM's own
// numbers move when rows do.
template <typename Lines, typename States, typename Facts>
class table_machine {
public:
    static transition decide(const saga_record& saga, fact_name fact) {
        machine live;
        live.saga = &saga;
        state_restorer restorer{id_of(saga.state)};
        live.serialize(restorer, 0);
        if (!process(live, fact)) return {};
        if (live.ignored) return {.says = transition::verdict::ignored};
        return {
            .says = transition::verdict::taken,
            .to = name_of(live.current_state()[0]),
            .emits = std::move(live.emits),
            .starts_child = live.starts_child};
    }

private:
    using machine =
        boost::msm::back::state_machine<machine_front<Lines, boost::mp11::mp_front<States>>>;

    struct numbered_state {
        state_name name;
        int id;
    };
    template <typename... Each>
    static consteval auto number(boost::mp11::mp_list<Each...>) {
        return std::array{numbered_state{
            Each::name, boost::msm::back::get_state_id<typename machine::stt, Each>::value}...};
    }

    static int id_of(state_name name) {
        for (const numbered_state& each : numbered_states) {
            if (each.name == name) return each.id;
        }
        ASSERT(false && "the record's state is declared by this table");
    }

    static state_name name_of(int id) {
        for (const numbered_state& each : numbered_states) {
            if (each.id == id) return each.name;
        }
        ASSERT(false && "a transition ends in a declared state");
    }

    using processor = bool (*)(machine&);
    struct named_processor {
        fact_name fact;
        processor process;
    };
    template <typename... Each>
    static consteval auto list_processors(boost::mp11::mp_list<Each...>) {
        return std::array{named_processor{Each::name, &process_fact<Each>}...};
    }
    template <typename Fact>
    static bool process_fact(machine& live) {
        return live.process_event(Fact{}) == boost::msm::back::HANDLED_TRUE;
    }

    // False when the table does not list the fact in that state.
    static bool process(machine& live, fact_name fact) {
        static constexpr auto processors = list_processors(Facts{});
        for (const named_processor& each : processors) {
            if (each.fact == fact) return each.process(live);
        }
        ASSERT(false && "the fact is declared by this table");
    }

    static constexpr auto numbered_states = number(States{});
};

}  // namespace makegood::dsl
