#include "conformance/case_groups.hpp"

#include <fmt/format.h>

namespace makegood::conformance {

namespace {

void add_cases_of(case_list& to, backend_kind backend) {
    for (const doing& each : doings()) {
        if (each.of != backend) continue;
        add_doing_cases(to, each);
        if (!each.undo_name.empty()) add_undo_cases(to, each);
    }
    switch (backend) {
        case backend_kind::inventory:
            add_inventory_cases(to);
            add_stock_cases(to);
            break;
        case backend_kind::payment: add_payment_cases(to); break;
        case backend_kind::cart: add_cart_cases(to); break;
        case backend_kind::catalog: add_catalog_cases(to); break;
        case backend_kind::order:
        case backend_kind::fulfillment:
        case backend_kind::notification: break;
    }
    for (const doing& each : doings()) {
        if (each.of == backend && !each.undo_name.empty()) add_race_case(to, each);
    }
    add_connection_cases(to, backend);
}

}  // namespace

contract_case case_of(
    backend_kind backend,
    std::string_view id,
    std::vector<std::string> needs,
    std::function<void(trial&)> run
) {
    return {
        .of = backend,
        .id = fmt::format("{}.{}", name_of(backend), id),
        .rule = {},
        .why = {},
        .needs = std::move(needs),
        .run = std::move(run)};
}

contract_case case_of(
    const doing& what, std::string id, std::vector<std::string> needs, doing_check run
) {
    auto made = case_of(what.of, {}, std::move(needs), [run, &what](trial& in) { run(in, what); });
    made.id = std::move(id);
    return made;
}

void add_case(case_list& to, contract_case added, std::string rule, std::string why) {
    added.rule = std::move(rule);
    added.why = std::move(why);
    to.push_back(std::move(added));
}

case_list all_cases() {
    case_list cases;
    for (std::size_t position = 0; position < backends_count; ++position) {
        add_cases_of(cases, static_cast<backend_kind>(position));
    }
    return cases;
}

}  // namespace makegood::conformance
