#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace makegood::json {

// Appends `text` as a JSON string: quoted, escaped. `text` must be valid UTF-8.
void append_string(std::string& out, std::string_view text);

// Writes one JSON object member by member, without a document in memory. Members that have no value
// are simply not written. Confined to one thread; use once.
class object_text {
public:
    explicit object_text(std::size_t bytes_expected = 256);
    // Appends the object to `out`, which outlives this.
    explicit object_text(std::string& out);
    object_text(const object_text&) = delete;
    object_text& operator=(const object_text&) = delete;

    object_text& text(std::string_view name, std::string_view value);
    object_text& text_unless_empty(std::string_view name, std::string_view value);
    object_text& number(std::string_view name, std::int64_t value);
    // `json` is a complete JSON value already.
    object_text& fragment(std::string_view name, std::string_view json);
    object_text& fragment_unless_empty(std::string_view name, std::string_view json);

    // Begins a member that is an object too, which must be finished before this one goes on.
    [[nodiscard]] object_text object(std::string_view name);

    // The finished object; empty when it was appended elsewhere. Nothing may be written afterwards.
    std::string finish();

private:
    void name(std::string_view name);

    std::string own_;
    std::string& out_;
};

}  // namespace makegood::json
