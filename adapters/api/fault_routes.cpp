#include "adapters/api/fault_routes.hpp"

#include <utility>

#include "adapters/api/body_check.hpp"
#include "adapters/api/fault_rules_json.hpp"
#include "adapters/api/problem_codes.hpp"

namespace makegood {

namespace {

http::response off() {
    return problem_response(
        {404, problem_codes::fault_injection_off,
         "faults cannot be injected into this server; a test's server is started with "
         "--allow-fault-injection"}
    );
}

}  // namespace

http::response show_faults(const api_context& in) {
    if (in.faults == nullptr) return off();
    return json_response(200, fault_rules_json(in.faults->rules()));
}

http::response replace_faults(const api_context& in, const routed_request& asked) {
    if (in.faults == nullptr) return off();
    if (const auto refused = refuse_unfit_body(in, asked.message))
        return problem_response(*refused);
    or_problem<std::vector<fault_rule>> rules = read_fault_rules(asked.message.body, in.registry);
    if (!rules) return problem_response(rules.error());
    in.faults->replace(std::move(*rules));
    return show_faults(in);
}

http::response clear_faults(const api_context& in) {
    if (in.faults == nullptr) return off();
    in.faults->replace({});
    return show_faults(in);
}

}  // namespace makegood
