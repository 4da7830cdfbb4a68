#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/time.hpp"

namespace makegood::conformance {

// A call as it is sent to a backend.
struct backend_call {
    std::string method;
    std::string target;
    std::string body;
    std::string key;                                            // Idempotency-Key
    std::vector<std::pair<std::string, std::string>> fields{};  // further header fields
};

// One call and what came of it. Plain data, kept for the report.
struct exchange {
    backend_call sent;
    instant answered_at{};  // or given up
    unsigned status = 0;    // 0: there was no answer
    std::string body;
    std::string no_answer;                        // why there was none, for people
    bool not_sent = false;                        // the backend surely saw nothing
    std::vector<std::string> notable_fields;      // of the answer, as `Name: value`
    std::optional<boost::json::object> object{};  // the body, when it is a JSON object

    [[nodiscard]] bool succeeded() const { return status >= 200 && status < 300; }
    // The final no of the contract: one of its statuses, with a code that can be read.
    [[nodiscard]] bool refused() const;
    // Asks for another try later.
    [[nodiscard]] bool asks_for_retry() const;
    // A member of the body that is a text; empty when there is none.
    [[nodiscard]] std::string_view text(std::string_view name) const;
    [[nodiscard]] std::string_view code() const { return text("code"); }
    // The same answer as far as the contract goes: status and the body's value.
    [[nodiscard]] bool same_answer(const exchange& other) const;
};

// Request and answer as a person reads them; long bodies are cut.
[[nodiscard]] std::string text_of(const exchange& shown);
// The beginning of a text that is longer, up to the end of a character.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t bytes_max);
// The answer alone on one line: `409 {"code":"undone"}` or `no answer: …`.
[[nodiscard]] std::string answer_line(const exchange& shown);

}  // namespace makegood::conformance
