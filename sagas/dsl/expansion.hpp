#pragma once

// Turns the written lines of a table into single rows, and rows into plain data. Includes MSM: only
// a saga's machine.cpp may include it.

#include <array>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include "sagas/dsl/rule_line.hpp"
#include "sagas/dsl/vocabulary.hpp"

namespace makegood::dsl {

template <typename Column>
struct single_values {
    using type = boost::mp11::mp_list<Column>;
};
template <typename... Each>
struct single_values<any_of<Each...>> {
    using type = boost::mp11::mp_list<Each...>;
};

template <typename Line>
struct single_rows;
template <typename From, typename On, typename To, typename Emits, typename When>
struct single_rows<boost::msm::front::Row<From, On, To, Emits, When>> {
    template <typename Source, typename Fact>
    using row = boost::msm::front::Row<Source, Fact, To, Emits, When>;
    using type = boost::mp11::
        mp_product<row, typename single_values<From>::type, typename single_values<On>::type>;
};

template <typename Line>
using single_rows_of = typename single_rows<Line>::type;

// The table with every any_of written out.
template <typename Lines>
using expanded = boost::mp11::mp_flatten<boost::mp11::mp_transform<single_rows_of, Lines>>;

template <fixed_text Name>
consteval void note_effect(rule_line& line, emit<call<Name>>) {
    line.emits = call<Name>::name;
}
consteval void note_effect(rule_line& line, emit<start_child>) {
    line.starts_child = true;
}
consteval void note_effect(rule_line&, emit<>) {}
consteval void note_effect(rule_line& line, ignore) {
    line.ignored = true;
}

template <typename Guard>
struct question_asked {
    using type = boost::msm::front::none;
};
template <fixed_text Name, auto Question, auto Answer>
struct question_asked<guard<Name, Question, Answer>> {
    using type = question<Question>;
};
template <typename Row>
using question_of = typename question_asked<typename Row::Guard>::type;

// `Questions` starts with none, so a guard's question has a number above 0.
template <
    typename Questions,
    typename From,
    typename On,
    typename To,
    typename Emits,
    typename When>
consteval rule_line line_of(boost::msm::front::Row<From, On, To, Emits, When>) {
    rule_line line{.from = From::name, .on = On::name};
    note_effect(line, Emits{});
    if constexpr (is_state<To>) line.to = To::name;
    if constexpr (is_guard_of<When>) {
        line.when = When::name;
        line.question = boost::mp11::mp_find<Questions, typename When::asked>::value;
        line.answer = When::answer;
        line.answers_count = When::answers;
    }
    return line;
}

template <typename... Rows>
consteval auto lines_of(boost::mp11::mp_list<Rows...>) {
    using questions =
        boost::mp11::mp_unique<boost::mp11::mp_list<boost::msm::front::none, question_of<Rows>...>>;
    return std::array{line_of<questions>(Rows{})...};
}

template <typename... States>
consteval auto states_of(boost::mp11::mp_list<States...>) {
    return std::array{state_spec{States::name, States::kind}...};
}

template <typename... Facts>
consteval auto facts_of(boost::mp11::mp_list<Facts...>) {
    return std::array{Facts::name...};
}

}  // namespace makegood::dsl
