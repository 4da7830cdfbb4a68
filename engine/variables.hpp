#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace makegood {

// What a saga knows, as name and text, sorted by name: the cart's lines, the quoted total, when the
// reservation expires. Texts are plain (`USD`), decimal integers, or JSON fragments kept as they
// came, so that a request is put together without parsing. A value type; equal sets encode to equal
// bytes.
class variables {
public:
    struct entry {
        std::string name;
        std::string value;
        bool operator==(const entry&) const = default;
    };

    void reserve(std::size_t count) { entries_.reserve(count); }
    void set(std::string_view name, std::string value);
    void set(std::string_view name, std::int64_t value) { set(name, std::to_string(value)); }
    // Every entry of `other` replaces the one of the same name here.
    void merge(const variables& other);

    [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }
    [[nodiscard]] const std::string* find(std::string_view name) const;
    // Empty when there is none.
    [[nodiscard]] std::string_view text(std::string_view name) const;
    // Nothing when there is none or it is not a decimal integer.
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] auto begin() const { return entries_.begin(); }
    [[nodiscard]] auto end() const { return entries_.end(); }
    bool operator==(const variables&) const = default;

private:
    std::vector<entry> entries_;
};

// Nothing when the text is not a decimal integer.
[[nodiscard]] std::optional<std::int64_t> integer_of(std::string_view text);

}  // namespace makegood
