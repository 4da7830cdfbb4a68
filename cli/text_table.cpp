#include "cli/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/assert.hpp"

namespace makegood::cli {

namespace {

constexpr std::string_view gap = "  ";

void trim_right(std::string& line) {
    line.erase(line.find_last_not_of(' ') + 1);
}

}  // namespace

void text_table::add(std::vector<table_cell> row) {
    ASSERT(row.size() == columns_.size());
    for (table_cell& cell : row)
        cell.text = printable(cell.text);
    rows_.push_back(std::move(row));
}

std::string text_table::render(const palette& paint) const {
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t widest = width_of(columns_[column].title);
        for (const auto& row : rows_)
            widest = std::max(widest, width_of(row[column].text));
        widths.push_back(widest);
    }
    std::string text;
    const auto add_line = [&](const auto& cell_of) {
        std::string line;
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            const table_cell cell = cell_of(column);
            const std::string blanks(widths[column] - width_of(cell.text), ' ');
            if (column != 0) line += gap;
            if (columns_[column].right_aligned) line += blanks;
            line += paint.paint(cell.with, cell.text);
            if (!columns_[column].right_aligned) line += blanks;
        }
        trim_right(line);
        text += line + '\n';
    };
    add_line([&](std::size_t column) { return table_cell{columns_[column].title, tone::strong}; });
    for (const auto& row : rows_) {
        add_line([&](std::size_t column) { return row[column]; });
    }
    return text;
}

std::string printable(std::string_view text) {
    std::string harmless;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte >= 0x20 && byte != 0x7f) {
            harmless += letter;
        } else {
            harmless += fmt::format("\\x{:02x}", byte);
        }
    }
    return harmless;
}

std::size_t width_of(std::string_view text) {
    // Every byte but the continuation bytes of UTF-8 begins a character.
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char letter) {
        return (static_cast<unsigned char>(letter) & 0xc0U) != 0x80U;
    }));
}

}  // namespace makegood::cli
