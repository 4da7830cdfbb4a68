#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/explain_pages.hpp"
#include "cli/near_miss.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

struct explain_options {
    std::string code;
    bool as_json = false;
};

std::string one_line(const explain_page& page) {
    return fmt::format("  {:<26} {}\n", page.code, page.summary());
}

std::string all_codes_text(const palette& paint) {
    std::map<std::string_view, std::string> lines_by_kind;
    for (const explain_page& page : explain_pages()) {
        lines_by_kind[page.kind()] += one_line(page);
    }
    std::string text;
    for (const auto& [kind, lines] : lines_by_kind) {
        text += fmt::format("{}\n{}\n", paint.paint(tone::strong, kind), lines);
    }
    return text;
}

std::string all_codes_json() {
    json::array codes;
    for (const explain_page& page : explain_pages()) {
        codes.push_back({{"code", page.code}, {"kind", page.kind()}, {"summary", page.summary()}});
    }
    return json::serialize(codes) + "\n";
}

// Headings stand out on a terminal; everywhere else the page is the Markdown that it is.
std::string page_text(const explain_page& page, const palette& paint) {
    if (!paint.colours) return std::string{page.markdown};
    std::string text;
    std::string_view rest = page.markdown;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        const std::size_t title = line.find_first_not_of("# ");
        const bool heading = line.starts_with('#') && title != std::string_view::npos;
        text += heading ? paint.paint(tone::strong, line.substr(title)) : std::string{line};
        text += '\n';
    }
    return text;
}

exit_code explain(const explain_options& options, console& out) {
    if (options.code.empty()) {
        out.data(options.as_json ? all_codes_json() : all_codes_text(out.data_palette()));
        return exit_code::done;
    }
    const explain_page* page = find_explain_page(options.code);
    if (page == nullptr) {
        throw command_failure(
            errc::not_found,
            fmt::format(
                "there is no code \"{}\"{}", options.code,
                did_you_mean(options.code, explain_codes())
            ),
            "`makegood explain` lists them all"
        );
    }
    if (options.as_json) {
        const json::object answer{
            {"code", page->code}, {"kind", page->kind()}, {"page", page->markdown}};
        out.data(json::serialize(answer) + "\n");
    } else {
        out.data(page_text(*page, out.data_palette()));
    }
    return exit_code::done;
}

}  // namespace

void declare_explain(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<explain_options>();
    CLI::App* command = root.add_subcommand(
        "explain", "What a code means and what to do about it; without CODE, all codes"
    );
    command->group("Knowing");
    command->add_option("CODE", options->code, "A word such as past-pivot or insufficient_stock");
    command->add_flag("--json", options->as_json, "Machine-readable");
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return explain(*options, out); };
    });
}

}  // namespace makegood::cli
