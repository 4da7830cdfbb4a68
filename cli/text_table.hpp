#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"

namespace makegood::cli {

struct table_cell {
    std::string text;
    tone with = tone::plain;
};

struct table_column {
    std::string title;
    bool right_aligned = false;
};

// Rows for people: columns as wide as their widest cell, two spaces apart, no trailing blanks. Text
// from outside is shown with its control characters escaped, so that no answer can draw on the
// terminal.
class text_table {
public:
    explicit text_table(std::vector<table_column> columns) : columns_(std::move(columns)) {}

    // As many cells as there are columns.
    void add(std::vector<table_cell> row);
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::string render(const palette& paint) const;

private:
    std::vector<table_column> columns_;
    std::vector<std::vector<table_cell>> rows_;
};

// `text` on one line and harmless: control characters become `\x1b` and the like.
[[nodiscard]] std::string printable(std::string_view text);
// Characters that a terminal shows for UTF-8 text.
[[nodiscard]] std::size_t width_of(std::string_view text);

}  // namespace makegood::cli
