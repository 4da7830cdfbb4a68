#include "cli/explain_pages.hpp"

#include <algorithm>

namespace makegood::cli {

namespace {

// The text after `> `, up to the end of that line.
std::string_view quoted_line(std::string_view markdown) {
    const std::size_t begin = markdown.find("\n> ");
    if (begin == std::string_view::npos) return {};
    const std::string_view line = markdown.substr(begin + 3);
    return line.substr(0, line.find('\n'));
}

std::string normalised(std::string_view code) {
    const bool is_number = code.size() == 1 && code.front() >= '0' && code.front() <= '9';
    std::string text = is_number ? "exit-" + std::string{code} : std::string{code};
    std::replace(text.begin(), text.end(), '_', '-');
    return text;
}

}  // namespace

std::string_view explain_page::kind() const {
    const std::string_view line = quoted_line(markdown);
    return line.substr(0, line.find(':'));
}

std::string_view explain_page::summary() const {
    const std::string_view line = quoted_line(markdown);
    const std::size_t colon = line.find(": ");
    return colon == std::string_view::npos ? line : line.substr(colon + 2);
}

const explain_page* find_explain_page(std::string_view code) {
    const std::string wanted = normalised(code);
    for (const explain_page& page : explain_pages()) {
        if (normalised(page.code) == wanted) return &page;
    }
    return nullptr;
}

std::vector<std::string> explain_codes() {
    std::vector<std::string> codes;
    for (const explain_page& page : explain_pages())
        codes.emplace_back(page.code);
    return codes;
}

}  // namespace makegood::cli
