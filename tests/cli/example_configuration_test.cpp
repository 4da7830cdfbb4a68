#include <fstream>
#include <regex>
#include <sstream>

#include "cli/configuration.hpp"
#include "cli/configuration_keys.hpp"
#include "cli/configuration_text.hpp"
#include "cli/configuration_toml.hpp"

using namespace makegood::cli;

namespace {

std::string read_example() {
    std::ifstream file{MAKEGOOD_SOURCE_FOLDER "/makegood.example.toml"};
    REQUIRE(file);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// `#key = value` is a setting; `# Words.` is a comment.
std::string uncommented(const std::string& example) {
    return std::regex_replace(example, std::regex{"(^|\n)#([a-z])"}, "$1$2");
}

}  // namespace

TEST_CASE("the example documents every key, and no other") {
    const toml_document document = parse_toml(uncommented(read_example()), "example");
    REQUIRE(document.problems.empty());
    std::vector<std::string> documented;
    for (const toml_entry& entry : document.entries)
        documented.push_back(entry.key);
    std::vector<std::string> known = configuration_key_names();
    std::sort(documented.begin(), documented.end());
    std::sort(known.begin(), known.end());
    CHECK(documented == known);
}

TEST_CASE("the example with every line in force says the defaults") {
    configuration settings;
    const auto problems = read_configuration_text(uncommented(read_example()), "example", settings);
    for (const auto& problem : problems)
        FAIL_CHECK(problem.text());
    const configuration defaults;
    for (const configuration_key& key : configuration_keys()) {
        CAPTURE(key.name);
        if (key.has_default) CHECK(key.current(settings) == key.current(defaults));
    }
    // The topic of parcels needs what is off by default, and the file that it names is nobody's.
    settings.checkout.track_shipments = true;
    const auto missing = check_whole(settings, "example");
    REQUIRE(missing.size() == 1);
    CHECK_THAT(missing[0].detail, Catch::Contains("kafka.properties cannot be read"));
}

TEST_CASE("the example as it is sets nothing") {
    configuration settings;
    REQUIRE(read_configuration_text(read_example(), "example", settings).empty());
    CHECK(configuration_as_toml(settings) == configuration_as_toml(configuration{}));
}
