#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/saga_record.hpp"

namespace makegood {

enum class log_level : std::uint8_t { debug, info, warning, error, silent };

// Nothing when `text` is not debug, info, warning, error or silent.
[[nodiscard]] std::optional<log_level> parse_log_level(std::string_view text);

enum class log_form : std::uint8_t {
    automatic,  // lines for people on a terminal, JSON otherwise
    readable,
    json,
};

struct log_options {
    log_level level = log_level::info;
    log_form form = log_form::automatic;
};

// What a line is about, so that everything about one saga or one trace can be found.
struct log_subject {
    std::string saga;      // id as text; may be empty
    std::string trace_id;  // 32 hexadecimal digits; may be empty

    [[nodiscard]] static log_subject of(const saga_record& saga);
};

// Sets up the program's log on standard error. Called once, before any other thread starts; without
// it, readable lines from level info on are written.
void open_log(const log_options& options);

// Whether a line of that level would be written: ask before composing an expensive one.
[[nodiscard]] bool logs(log_level level);

// Writes one line. From any thread. Nothing on the way of a healthy saga logs at info or above.
void log(log_level level, std::string_view message, const log_subject& subject = {});

// The line as `log` writes it in JSON, without the line's end. For tests and for tools.
[[nodiscard]] std::string json_log_line(
    instant at, log_level level, std::string_view message, const log_subject& subject
);

}  // namespace makegood
