#include "cli/explain_pages.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "adapters/api/problem_codes.hpp"
#include "engine/engine.hpp"

using namespace makegood;
using namespace makegood::cli;

namespace {

std::string source_text(const std::string& file) {
    std::ifstream stream{MAKEGOOD_SOURCE_FOLDER "/" + file};
    INFO(file);
    REQUIRE(stream);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

// The codes that the program can print, read off the places that name them.
std::set<std::string> found_in(const std::string& file, const std::string& pattern) {
    const std::string text = source_text(file);
    const std::regex expression{pattern};
    std::set<std::string> found;
    for (std::sregex_iterator at{text.begin(), text.end(), expression}, end; at != end; ++at) {
        found.insert((*at)[1].str());
    }
    INFO(file << " no longer holds what this test reads");
    REQUIRE_FALSE(found.empty());
    return found;
}

// The words between two texts of a file, in quotes.
std::set<std::string> quoted_between(
    const std::string& file, const std::string& begin, const std::string& end
) {
    const std::string text = source_text(file);
    const std::size_t from = text.find(begin);
    REQUIRE(from != std::string::npos);
    const std::string part = text.substr(from, text.find(end, from) - from);
    const std::regex quoted{"\"([a-z_]+)\""};
    std::set<std::string> found;
    for (std::sregex_iterator at{part.begin(), part.end(), quoted}, none; at != none; ++at) {
        found.insert((*at)[1].str());
    }
    REQUIRE_FALSE(found.empty());
    return found;
}

std::set<std::string> problem_words() {
    std::set<std::string> words(problem_codes::all.begin(), problem_codes::all.end());
    words.insert(problem_codes::of_messages.begin(), problem_codes::of_messages.end());
    for (unsigned why = 1; why <= static_cast<unsigned>(refusal::store_unavailable); ++why) {
        words.emplace(refusal_code(static_cast<refusal>(why)));
    }
    return words;
}

std::set<std::string> reason_words() {
    std::set<std::string> words =
        found_in("sagas/checkout/reasons.cpp", "named_reason\\{\"[a-z_]+\", \"([a-z_]+)\"\\}");
    words.merge(quoted_between("sagas/checkout/reasons.cpp", "contract_codes{", "};"));
    words.merge(found_in("sagas/checkout/reasons.cpp", "return (?:std::string\\()?\"([a-z_]+)\""));
    return words;
}

std::set<std::string> parking_words() {
    std::set<std::string> words = found_in("engine/step.cpp", "park\\(\"([a-z_]+)\"");
    words.merge(found_in("engine/step.cpp", "parking\\{\"([a-z_]+)\""));
    words.merge(found_in("sagas/fulfilment/calls.hpp", "parks_as = \"([a-z_]+)\""));
    words.merge(found_in("engine/engine_dispatch.cpp", "saga_parked\\{\"([a-z_]+)\""));
    return words;
}

std::set<std::string> difference_words() {
    const std::string text = source_text("statestore/verify.hpp");
    const std::size_t from = text.find("A stable word: ");
    REQUIRE(from != std::string::npos);
    const std::string part = text.substr(from + 15, text.find("std::string what", from) - from);
    const std::regex word{"([a-z]+(?:-[a-z]+)+)"};
    std::set<std::string> found;
    for (std::sregex_iterator at{part.begin(), part.end(), word}, none; at != none; ++at) {
        found.insert((*at)[1].str());
    }
    REQUIRE_FALSE(found.empty());
    return found;
}

std::set<std::string> all_words() {
    std::set<std::string> words = problem_words();
    words.merge(reason_words());
    words.merge(parking_words());
    words.merge(difference_words());
    words.merge(found_in("cli/store_failure.cpp", "explain \"?\\s*\"?(store-[a-z-]+)`"));
    words.merge(quoted_between("adapters/participants/http_participants.cpp", "live_note{", "}"));
    words.merge(found_in("cli/commands/simulate.cpp", "makegood explain ([a-z-]+)`"));
    for (int code = 0; code <= 6; ++code)
        words.insert("exit-" + std::to_string(code));
    return words;
}

}  // namespace

TEST_CASE("every code that is printed has a page") {
    for (const std::string& word : all_words()) {
        INFO("cli/explain/" << word << ".md is missing");
        CHECK(find_explain_page(word) != nullptr);
    }
}

TEST_CASE("no page is about a code that nothing prints") {
    const std::set<std::string> words = all_words();
    for (const explain_page& page : explain_pages()) {
        INFO("cli/explain/" << page.code << ".md is orphaned");
        CHECK(words.contains(std::string{page.code}));
    }
}

TEST_CASE("every file of cli/explain is embedded") {
    std::set<std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator{MAKEGOOD_SOURCE_FOLDER "/cli/explain"}) {
        files.insert(entry.path().stem().string());
    }
    const std::vector<std::string> codes = explain_codes();
    CHECK(files == std::set<std::string>(codes.begin(), codes.end()));
}

TEST_CASE("every page says what happened and what to do") {
    for (const explain_page& page : explain_pages()) {
        CAPTURE(page.code);
        CHECK(page.markdown.starts_with("# " + std::string{page.code} + "\n\n> "));
        CHECK_FALSE(page.kind().empty());
        CHECK(page.summary().ends_with('.'));
        const std::size_t happened = page.markdown.find("\n## What happened\n\n");
        const std::size_t to_do = page.markdown.find("\n## What to do\n\n");
        REQUIRE(happened != std::string_view::npos);
        REQUIRE(to_do != std::string_view::npos);
        CHECK(happened < to_do);
    }
}

TEST_CASE("a page is found by its code, in either spelling, and by the number of an exit code") {
    REQUIRE(find_explain_page("past-pivot") != nullptr);
    CHECK(find_explain_page("past_pivot") == find_explain_page("past-pivot"));
    REQUIRE(find_explain_page("6") != nullptr);
    CHECK(find_explain_page("6")->code == "exit-6");
    CHECK(find_explain_page("9") == nullptr);
    CHECK(find_explain_page("") == nullptr);
}
