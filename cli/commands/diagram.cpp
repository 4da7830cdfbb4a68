#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/near_miss.hpp"
#include "sagas/registry.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

struct diagram_options {
    std::string saga;
    std::uint16_t version = 0;  // 0: the newest
    bool as_json = false;
};

[[noreturn]] void refuse_unknown(
    const diagram_options& options, const definition_registry& registry
) {
    std::vector<std::string> names;
    std::string listed;
    for (const auto& known : registry.all()) {
        names.emplace_back(known->name());
        listed += fmt::format(" {} (version {})", known->name(), known->version());
    }
    throw command_failure(
        errc::not_found,
        fmt::format(
            "this program knows no saga \"{}\"{}{}", options.saga,
            options.version == 0 ? "" : fmt::format(" of version {}", options.version),
            registry.newest(options.saga) == nullptr ? did_you_mean(options.saga, names) : ""
        ),
        "known:" + listed
    );
}

exit_code diagram(const diagram_options& options, console& out) {
    const definition_registry registry = make_registry({});
    const definition* found = options.version == 0 ? registry.newest(options.saga)
                                                   : registry.find(options.saga, options.version);
    if (found == nullptr) refuse_unknown(options, registry);
    if (options.as_json) {
        const json::object answer{
            {"saga", found->name()}, {"version", found->version()}, {"mermaid", found->diagram()}};
        out.data(json::serialize(answer) + "\n");
    } else {
        out.data(found->diagram());
    }
    return exit_code::done;
}

}  // namespace

void declare_diagram(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<diagram_options>();
    CLI::App* command =
        root.add_subcommand("diagram", "A saga's states and transitions as a Mermaid diagram");
    command->group("Knowing");
    command->add_option("SAGA", options->saga, "checkout or fulfilment")->required();
    command->add_option("--version", options->version, "Of the definition; else the newest")
        ->type_name("N");
    command->add_flag("--json", options->as_json, "Machine-readable");
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return diagram(*options, out); };
    });
}

}  // namespace makegood::cli
