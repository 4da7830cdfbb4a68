#include <boost/json/parse.hpp>

#include "cli/configuration.hpp"
#include "cli/configuration_text.hpp"
#include "engine/assert.hpp"
#include "targets.hpp"

// Input: a configuration file.
namespace makegood::fuzz {

namespace {

using namespace cli;

void check_problem(const configuration_problem& problem, std::uint32_t lines) {
    ASSERT(!problem.detail.empty() && problem.text().starts_with("fuzz.toml:"));
    ASSERT(problem.line >= 1 && problem.line <= lines && problem.column >= 1);
}

}  // namespace

void configuration(std::string_view bytes) {
    cli::configuration settings;
    const auto problems = read_configuration_text(bytes, "fuzz.toml", settings);
    const auto line_feeds = std::count(bytes.begin(), bytes.end(), '\n');
    for (const configuration_problem& each : problems)
        check_problem(each, static_cast<std::uint32_t>(line_feeds) + 1);
    // What was set, beside what was wrong, is a configuration that can be written and read back.
    const std::string effective = configuration_as_toml(settings);
    cli::configuration again;
    ASSERT(read_configuration_text(effective, "effective.toml", again).empty());
    ASSERT(configuration_as_toml(again) == effective);
    boost::system::error_code error;
    ASSERT(boost::json::parse(configuration_as_json(settings), error).is_object() && !error);
    static_cast<void>(check_whole(settings, "fuzz.toml"));
}

}  // namespace makegood::fuzz
