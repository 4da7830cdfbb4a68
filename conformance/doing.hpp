#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "conformance/backend_kind.hpp"
#include "conformance/exchange.hpp"
#include "conformance/trial.hpp"

namespace makegood::conformance {

// A call of the contract that brings something about, and the one that undoes it; what most cases
// are generated from. Constant, see doings.cpp.
struct doing {
    backend_kind of;
    std::string_view name;        // the middle of its cases' ids: "reserve"
    std::string_view call;        // of the contract, in its keys: "reserve_inventory"
    std::string_view collection;  // "/v1/reservations"
    std::string_view id_prefix;   // "res_"; empty: it has no id
    bool keyed;                   // false: a read
    std::string_view undo_name;   // "release"; empty: there is no undo
    std::string_view undo_verb;   // the end of its path
    std::string_view twice;       // what is wrong when it happens twice
    std::string_view stays;       // what is wrong when it stays although undone
    boost::json::object (*body)(const suite_options&, const trial_ids&);

    [[nodiscard]] std::string case_id(std::string_view rule) const;
    [[nodiscard]] std::string undo_case_id(std::string_view rule) const;
    [[nodiscard]] std::string id_of(const trial_ids& ids) const;

    [[nodiscard]] backend_call make(const suite_options& options, const trial_ids& ids) const;
    // The same with another body.
    [[nodiscard]] backend_call make(const trial_ids& ids, const boost::json::object& body) const;
    // The undo of the same ids; `more` makes its key another one than the engine's.
    [[nodiscard]] backend_call undo(const trial_ids& ids, std::string_view more = {}) const;
    // A call below the same id, such as "confirm".
    [[nodiscard]] backend_call follow_up(
        const trial_ids& ids, std::string_view verb, std::string_view followed_call
    ) const;

    // Done and, if it can be, undone after the case; throws case_blocked when it does not work.
    exchange prepare(trial& in, const trial_ids& ids) const;
};

// The doings of the contract.
[[nodiscard]] std::span<const doing> doings();
[[nodiscard]] const doing& doing_named(std::string_view call);

}  // namespace makegood::conformance
