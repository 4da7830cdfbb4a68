#pragma once

#include "conformance/contract_case.hpp"
#include "conformance/doing.hpp"

namespace makegood::conformance {

// A case of that backend, whose name its id begins with: "confirm.done". Its words are to be added.
[[nodiscard]] contract_case case_of(
    backend_kind backend,
    std::string_view id,
    std::vector<std::string> needs,
    std::function<void(trial&)> run
);
// The same of a doing, with a whole id of its own making.
using doing_check = void (*)(trial&, const doing&);
[[nodiscard]] contract_case case_of(
    const doing& what, std::string id, std::vector<std::string> needs, doing_check run
);
void add_case(case_list& to, contract_case added, std::string rule, std::string why);

// The groups of which all_cases() is put together; each adds its cases behind those of `to`.

void add_doing_cases(case_list& to, const doing& what);     // of any doing
void add_undo_cases(case_list& to, const doing& what);      // of one that can be undone
void add_race_case(case_list& to, const doing& what);       // likewise
void add_connection_cases(case_list& to, backend_kind of);  // of any backend
void add_inventory_cases(case_list& to);                    // confirm, read, expiry
void add_stock_cases(case_list& to);                        // with --scarce-sku
void add_payment_cases(case_list& to);
void add_cart_cases(case_list& to);
void add_catalog_cases(case_list& to);

}  // namespace makegood::conformance
