#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "sagas/registry.hpp"

namespace makegood::testing {
namespace {

std::string path_of(const definition& saga) {
    return MAKEGOOD_PROJECT_FOLDER "/sagas/" + std::string(saga.name()) + "/diagram.md";
}

std::string page_of(const definition& saga) {
    return "# The " + std::string(saga.name()) + " saga, version " + std::to_string(saga.version())
           + "\n\nGenerated from the table in [machine.cpp](machine.cpp) by"
             " `makegood_sagas_tests '[regenerate]'`; do not edit.\n\n```mermaid\n"
           + saga.diagram() + "```\n";
}

TEST_CASE("the diagrams in the repository are those of the tables") {
    const definition_registry registry = make_registry({});
    for (const auto& saga : registry.all()) {
        std::ifstream file(path_of(*saga));
        std::ostringstream content;
        content << file.rdbuf();
        INFO(
            "run makegood_sagas_tests '[regenerate]' after a change of the " << saga->name()
                                                                             << " table"
        );
        CHECK(content.str() == page_of(*saga));
    }
}

TEST_CASE("every table can be read row by row") {
    const definition_registry registry = make_registry({});
    for (const auto& saga : registry.all()) {
        REQUIRE_FALSE(saga->rules().empty());
        const rule_text first = saga->rules().front();
        CHECK(first.from == saga->initial_state());
        CHECK(first.on == saga->started_fact());
        CHECK(first.emits.size() == 1);
    }
}

TEST_CASE("write the diagrams again", "[.][regenerate]") {
    const definition_registry registry = make_registry({});
    for (const auto& saga : registry.all())
        std::ofstream(path_of(*saga)) << page_of(*saga);
}

TEST_CASE("a diagram shows arrows with their facts and guards, and no ignored ones") {
    const definition_registry registry = make_registry({});
    const std::string text = registry.newest("checkout")->diagram();
    CHECK_THAT(text, Catch::StartsWith("stateDiagram-v2\n    [*] --> accepted\n"));
    CHECK_THAT(
        text, Catch::Contains("    reserving --> authorizing: inventory_reserved [time left]\n")
    );
    CHECK_THAT(
        text,
        Catch::Contains(
            "    confirming --> checking_reservation: outcome_unknown<br>reservation_expired\n"
        )
    );
    CHECK_THAT(text, Catch::Contains("    compensated --> [*]\n"));
    CHECK(text.find("releasing --> releasing") == std::string::npos);
}

}  // namespace
}  // namespace makegood::testing
