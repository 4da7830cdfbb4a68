#pragma once

#include <algorithm>
#include <functional>
#include <string_view>

#include "sagas/dsl/rule_line.hpp"

// What every transition table must obey; each saga's machine.cpp asserts them while it is compiled,
// and the tests show that each law can be broken. All are pure functions of the table.
namespace makegood::dsl::laws {

// Positions, because a pointer's being null is no constant to every compiler's sanitizer.
constexpr std::size_t position_of(const saga_table& table, state_name name) {
    return static_cast<std::size_t>(
        std::ranges::find(table.states, name, &state_spec::name) - table.states.begin()
    );
}

constexpr bool is_declared(const saga_table& table, state_name name) {
    return position_of(table, name) < table.states.size();
}

constexpr state_kind kind_of(const saga_table& table, state_name name) {
    return table.states[position_of(table, name)].kind;
}

constexpr bool is_declared(const saga_table& table, call_name name) {
    return std::ranges::find(table.calls, name, &call_spec::name) != table.calls.end();
}

constexpr bool lists(const saga_table& table, state_name state, fact_name fact) {
    return std::ranges::any_of(table.rules, [&](const rule_line& rule) {
        return rule.from == state && rule.on == fact;
    });
}

constexpr bool is_end_kind(state_kind kind) {
    return kind == state_kind::completed || kind == state_kind::failed
           || kind == state_kind::compensated;
}

constexpr bool leads_away(const saga_table& table, const state_spec& state, fact_name fact) {
    return std::ranges::any_of(table.rules, [&](const rule_line& rule) {
        if (rule.from != state.name || rule.on != fact || rule.ignored) return false;
        const state_kind to = kind_of(table, rule.to);
        return to == state_kind::backward || to == state_kind::failed;
    });
}

// Every name that a rule uses is declared, and no state is declared twice.
constexpr bool names_are_declared(const saga_table& table) {
    for (const rule_line& rule : table.rules) {
        if (!is_declared(table, rule.from)) return false;
        if (!rule.ignored && !is_declared(table, rule.to)) return false;
        if (std::ranges::find(table.facts, rule.on) == table.facts.end()) return false;
    }
    return std::ranges::all_of(table.states, [&](const state_spec& state) {
        return std::ranges::count(table.states, state.name, &state_spec::name) == 1;
    });
}

constexpr bool one_initial_state_left_by_start(const saga_table& table) {
    if (std::ranges::count(table.states, state_kind::initial, &state_spec::kind) != 1) return false;
    return std::ranges::all_of(table.rules, [&](const rule_line& rule) {
        return (kind_of(table, rule.from) == state_kind::initial) == (rule.on == table.started);
    });
}

// A state is an end exactly when no arrow leaves it.
constexpr bool ends_are_final(const saga_table& table) {
    return std::ranges::all_of(table.states, [&](const state_spec& state) {
        const bool left = std::ranges::any_of(table.rules, [&](const rule_line& rule) {
            return rule.from == state.name && !rule.ignored;
        });
        return left != is_end_kind(state.kind);
    });
}

// Whoever may still be undone can be cancelled, runs into the deadline, and has somewhere to go
// when a backend refuses or stays silent.
constexpr bool forward_states_can_be_left(const saga_table& table, fact_name deadline_passed) {
    return std::ranges::all_of(table.states, [&](const state_spec& state) {
        if (state.kind != state_kind::forward && state.kind != state_kind::waiting) return true;
        const bool fails = std::ranges::any_of(table.facts, [&](fact_name fact) {
            const bool bad = fact == table.unknown || fact.value.ends_with("_refused");
            return bad && leads_away(table, state, fact);
        });
        return fails && leads_away(table, state, table.cancel)
               && leads_away(table, state, deadline_passed);
    });
}

// Of two rules with one key, both are guarded, by different answers to the same question; together
// they name every answer. So exactly one of them holds.
constexpr bool guards_exclude_each_other(const saga_table& table) {
    return std::ranges::all_of(table.rules, [&](const rule_line& rule) {
        std::size_t rivals = 0;
        for (const rule_line& other : table.rules) {
            if (other.from != rule.from || other.on != rule.on) continue;
            ++rivals;
            if (other.question != rule.question) return false;
            if (&other != &rule && other.answer == rule.answer) return false;
        }
        return rivals == (rule.question == 0 ? 1 : rule.answers_count);
    });
}

constexpr bool every_state_is_reachable(const saga_table& table) {
    bool reached[64]{};
    if (table.states.size() > 64) return false;
    const auto index = [&](state_name name) { return position_of(table, name); };
    for (std::size_t i = 0; i < table.states.size(); ++i) {
        reached[i] = table.states[i].kind == state_kind::initial;
    }
    for (bool grew = true; grew;) {
        grew = false;
        for (const rule_line& rule : table.rules) {
            if (rule.ignored || !reached[index(rule.from)] || reached[index(rule.to)]) continue;
            reached[index(rule.to)] = grew = true;
        }
    }
    return std::ranges::all_of(reached, reached + table.states.size(), std::identity{});
}

// What a rule calls is in the catalogue, and nothing in the catalogue is never called.
constexpr bool calls_are_those_of_the_catalogue(const saga_table& table) {
    const bool known = std::ranges::all_of(table.rules, [&](const rule_line& rule) {
        return rule.emits.empty() || is_declared(table, rule.emits);
    });
    return known && std::ranges::all_of(table.calls, [&](const call_spec& call) {
               return std::ranges::count(table.rules, call.name, &rule_line::emits) > 0;
           });
}

// Where a call runs, everything that its answer can mean is listed.
constexpr bool every_answer_is_listed(const saga_table& table) {
    return std::ranges::all_of(table.rules, [&](const rule_line& rule) {
        if (rule.emits.empty()) return true;
        const call_spec& call = *std::ranges::find(table.calls, rule.emits, &call_spec::name);
        const auto settles = [&](fact_name fact) {
            return fact.empty() || lists(table, rule.to, fact);
        };
        return lists(table, rule.to, call.on_done) && settles(call.on_refused)
               && settles(call.on_waiting)
               && (call.tries == persistence::persistent || lists(table, rule.to, table.unknown));
    });
}

// What may be told of from outside may be told at any time: in every state but the initial one it
// leads on or is listed as ignored.
constexpr bool reports_are_always_listed(const saga_table& table) {
    return std::ranges::all_of(table.reports, [&](fact_name report) {
        return std::ranges::all_of(table.states, [&](const state_spec& state) {
            return state.kind == state_kind::initial || lists(table, state.name, report);
        });
    });
}

// A task has no answer but that a person has done it, cannot be given up, and says what it is.
constexpr bool tasks_are_for_a_person(const saga_table& table) {
    return std::ranges::all_of(table.calls, [](const call_spec& call) {
        const bool has_words = !call.parks_as.empty() && !call.task.empty();
        if (!is_task(call)) return call.parks_as.empty() && call.task.empty();
        return has_words && call.resolvable && call.tries == persistence::persistent
               && call.on_refused.empty() && call.on_waiting.empty();
    });
}

// After the pivot only forward; and who is being undone never goes forward again.
constexpr bool there_is_no_way_back(const saga_table& table) {
    return std::ranges::all_of(table.rules, [&](const rule_line& rule) {
        if (rule.ignored) return true;
        const state_kind from = kind_of(table, rule.from);
        const state_kind to = kind_of(table, rule.to);
        if (from == state_kind::committed) {
            return to == state_kind::committed || to == state_kind::completed;
        }
        if (from == state_kind::backward) {
            return to == state_kind::backward || to == state_kind::compensated;
        }
        return true;
    });
}

// What is announced is where a rule leads on the way forward, each such arrow under one name. That
// a saga parked or ended is the engine's to announce.
constexpr bool announcements_are_of_the_way_forward(const saga_table& table) {
    constexpr std::string_view engines[]{"parked", "completed", "failed", "compensated"};
    return std::ranges::all_of(table.announcements, [&](const announcement& each) {
        const auto is_rule = [&](const rule_line& rule) {
            return !rule.ignored && rule.on == each.on && rule.to == each.to;
        };
        const auto is_same = [&](const announcement& other) {
            return other.on == each.on && other.to == each.to;
        };
        if (std::ranges::none_of(table.rules, is_rule)) return false;
        if (std::ranges::count_if(table.announcements, is_same) != 1) return false;
        const state_kind to = kind_of(table, each.to);
        const std::string_view word = each.type.substr(each.type.find('.') + 1);
        return to != state_kind::backward && (to == state_kind::completed || !is_end_kind(to))
               && std::ranges::find(engines, word) == std::end(engines);
    });
}

}  // namespace makegood::dsl::laws
