#include "cli/checkout_reader.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdlib>

#include "cli/data_folder_reader.hpp"
#include "cli/server_reader.hpp"

namespace makegood::cli {

// The variable is the default, not a value of the flag: it may stay set where --data is given.
CLI::Option* add_server_flag(CLI::App& command, std::string& server) {
    const char* const named = std::getenv("MAKEGOOD_SERVER");
    if (named != nullptr && *named != '\0') server = named;
    return command
        .add_option("--server", server, "Where the server is; else MAKEGOOD_SERVER says so")
        ->type_name("URL")
        ->capture_default_str();
}

void add_reading_flags(CLI::App& command, reading_source& source) {
    CLI::Option* const server = add_server_flag(command, source.server);
    command
        .add_option(
            "--data", source.data, "Read this data folder, live or not, instead of a server"
        )
        ->type_name("DIR")
        ->excludes(server);
    command.add_flag("--json", source.as_json, "Machine-readable");
}

std::string query_text(const query_parameters& query) {
    std::string text;
    for (const auto& [name, value] : query) {
        if (!text.empty()) text += '&';
        text += fmt::format("{}={}", name, percent_encoded(value));
    }
    return text;
}

std::unique_ptr<checkout_reader> open_reader(const reading_source& source) {
    if (!source.data.empty()) return std::make_unique<data_folder_reader>(source.data);
    return std::make_unique<server_reader>(source.server);
}

std::string text_of(const boost::json::object& from, std::string_view member) {
    const boost::json::value* found = from.if_contains(member);
    if (found == nullptr || !found->is_string()) return {};
    return std::string{found->get_string()};
}

std::string number_of(const boost::json::object& from, std::string_view member) {
    const boost::json::value* found = from.if_contains(member);
    if (found == nullptr || !found->is_number()) return {};
    if (found->is_int64()) return fmt::format("{}", found->get_int64());
    if (found->is_uint64()) return fmt::format("{}", found->get_uint64());
    return fmt::format("{}", found->get_double());
}

tone tone_of_status(std::string_view status) {
    if (status == "completed") return tone::good;
    if (status == "parked") return tone::bad;
    if (status == "compensating" || status == "awaiting_customer") return tone::warning;
    if (status == "failed" || status == "compensated") return tone::faint;
    return tone::plain;
}

}  // namespace makegood::cli
