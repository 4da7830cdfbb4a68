#pragma once

// The words that a transition table is written in. Includes MSM: only a saga's machine.cpp may
// include it.

#include <boost/mp11/list.hpp>
#include <boost/msm/front/functor_row.hpp>
#include <boost/msm/front/states.hpp>
#include <cstddef>
#include <type_traits>

#include "engine/definition.hpp"
#include "engine/saga_record.hpp"
#include "sagas/dsl/text.hpp"

namespace makegood::dsl {

// A state of the table. Its name is what the journal keeps.
template <fixed_text Name, state_kind Kind>
struct state : boost::msm::front::state<> {
    static constexpr state_name name{Name.view()};
    static constexpr state_kind kind = Kind;
};

// A settled fact: what the table reacts to.
template <fixed_text Name>
struct fact {
    static constexpr fact_name name{Name.view()};
};

// A call of the catalogue, by its name.
template <fixed_text Name>
struct call {
    static constexpr call_name name{Name.view()};
};

// In an `emits` column: the saga's child starts in the same commit.
struct start_child {};

// Several states or several facts in one column: the line stands for one row of each.
template <typename... Each>
struct any_of {};

// How many answers a question can have; specialise it for an enumeration that guards ask for.
template <typename Answer>
inline constexpr std::size_t answers_count = 0;
template <>
inline constexpr std::size_t answers_count<bool> = 2;

// A question as a type, to tell one from another.
template <auto Question>
struct question {};

// Holds when `Question`, asked of the record, has that answer. A question is a pure function of the
// record's variables and calls, so guards that share it exclude each other.
template <fixed_text Name, auto Question, auto Answer>
struct guard {
    static_assert(
        answers_count<decltype(Answer)> > 0,
        "a guard's question has a known number of answers: specialise answers_count"
    );
    static constexpr std::string_view name = Name.view();
    using asked = question<Question>;
    static constexpr int answer = static_cast<int>(Answer);
    static constexpr std::size_t answers = answers_count<decltype(Answer)>;

    template <typename Event, typename Machine, typename Source, typename Target>
    bool operator()(const Event&, const Machine& machine, const Source&, const Target&) const {
        return Question(*machine.saga) == Answer;
    }
};

// What a row does: it opens at most one step's calls, or starts the child.
template <typename... Effects>
struct emit {
    template <typename Event, typename Machine, typename Source, typename Target>
    void operator()(const Event&, Machine& machine, const Source&, const Target&) const {
        (machine.perform(Effects{}), ...);
    }
};

// The action of a tolerated fact.
struct ignore {
    template <typename Event, typename Machine, typename Source, typename Target>
    void operator()(const Event&, Machine& machine, const Source&, const Target&) const {
        machine.ignored = true;
    }
};

template <typename Type>
inline constexpr bool is_state_of = false;
template <fixed_text Name, state_kind Kind>
inline constexpr bool is_state_of<state<Name, Kind>> = true;

template <typename Type>
inline constexpr bool is_fact_of = false;
template <fixed_text Name>
inline constexpr bool is_fact_of<fact<Name>> = true;

template <typename Type>
inline constexpr bool is_emit_of = false;
template <typename... Effects>
inline constexpr bool is_emit_of<emit<Effects...>> = sizeof...(Effects) <= 1;

template <typename Type>
inline constexpr bool is_guard_of = false;
template <fixed_text Name, auto Question, auto Answer>
inline constexpr bool is_guard_of<guard<Name, Question, Answer>> = true;

template <typename Type>
inline constexpr bool are_states_of = is_state_of<Type>;
template <typename... Each>
inline constexpr bool are_states_of<any_of<Each...>> = (is_state_of<Each> && ...);

template <typename Type>
inline constexpr bool are_facts_of = is_fact_of<Type>;
template <typename... Each>
inline constexpr bool are_facts_of<any_of<Each...>> = (is_fact_of<Each> && ...);

template <typename Type>
concept is_state = is_state_of<Type>;
template <typename Type>
concept is_state_or_states = are_states_of<Type>;
template <typename Type>
concept is_fact_or_facts = are_facts_of<Type>;
template <typename Type>
concept is_emit = is_emit_of<Type>;
template <typename Type>
concept is_guard_or_none = is_guard_of<Type> || std::is_same_v<Type, boost::msm::front::none>;

// One line of the table: in state From, on the fact On, go to To and do Emits, provided When holds.
template <
    is_state_or_states From,
    is_fact_or_facts On,
    is_state To,
    is_emit Emits = emit<>,
    is_guard_or_none When = boost::msm::front::none>
using rule = boost::msm::front::Row<From, On, To, Emits, When>;

// A tolerated fact: listed, and nothing happens.
template <is_state_or_states From, is_fact_or_facts On>
using ignored = boost::msm::front::Row<From, On, boost::msm::front::none, ignore>;

}  // namespace makegood::dsl
