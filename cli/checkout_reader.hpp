#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/console.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace makegood::cli {

// Where a reading command reads: a running server, or a data folder, live or not.
struct reading_source {
    std::string server = "http://127.0.0.1:8700";
    std::string data;  // not empty: this folder instead of the server
    bool as_json = false;
};

// --server or --data, and --json. `source` must outlive the parsing.
void add_reading_flags(CLI::App& command, reading_source& source);
// --server only, for commands that change something.
CLI::Option* add_server_flag(CLI::App& command, std::string& server);

// A query as the API takes it: `{"status", "parked"}`.
using query_parameters = std::vector<std::pair<std::string, std::string>>;
// Percent-encoded, without the `?`.
[[nodiscard]] std::string query_text(const query_parameters& query);

// Reads checkouts as the API shows them, whether a server or a data folder is behind it. One
// thread. Everything throws command_failure: not_found, server_unreachable, store_unreachable…
class checkout_reader {
public:
    virtual ~checkout_reader() = default;
    // {"items": […], "next_cursor": "…"}
    [[nodiscard]] virtual boost::json::object list(const query_parameters& query) = 0;
    [[nodiscard]] virtual boost::json::object checkout(std::string_view id) = 0;
    // The entries in order.
    [[nodiscard]] virtual boost::json::array journal(std::string_view id) = 0;
    // {"items": [CloudEvent…], "next": "…", "more": false}. Throws gone when what follows the
    // query's position is kept no more.
    [[nodiscard]] virtual boost::json::object events(const query_parameters& query) = 0;
    // {"sagas": {"checkout": {"completed": 1}}, "journal_entries": …}
    [[nodiscard]] virtual boost::json::object statistics() = 0;
};

[[nodiscard]] std::unique_ptr<checkout_reader> open_reader(const reading_source& source);

// The text member of that name; empty when there is none or it is no text.
[[nodiscard]] std::string text_of(const boost::json::object& from, std::string_view member);
// Like text_of, of a whole number; empty when there is none.
[[nodiscard]] std::string number_of(const boost::json::object& from, std::string_view member);

// What tone a status has: red is for what needs a person, green for what is well.
[[nodiscard]] tone tone_of_status(std::string_view status);

}  // namespace makegood::cli
