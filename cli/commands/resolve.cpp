#include <CLI/CLI.hpp>

#include <boost/json/object.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/operator_action.hpp"

namespace makegood::cli {

namespace {

struct resolve_options {
    operator_action action;
    std::string call;
    std::string outcome;
};

}  // namespace

void declare_resolve(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<resolve_options>();
    options->action.verb = "resolve";
    CLI::App* command =
        root.add_subcommand("resolve", "Say that a person did what a parked call could not");
    command->group("Acting");
    add_action_flags(*command, options->action);
    command->add_option("--call", options->call, "Such as void_payment, or void_payment:2")
        ->type_name("CALL")
        ->required();
    command->add_option("--outcome", options->outcome, "done, or not_needed")
        ->type_name("OUTCOME")
        ->required()
        ->check(CLI::IsMember({"done", "not_needed"}));
    command->callback([options, &chosen] {
        chosen = [options](console& out) {
            const boost::json::object settled{
                {"call", options->call}, {"outcome", options->outcome}};
            return act(options->action, settled, out);
        };
    });
}

}  // namespace makegood::cli
