#include "cli/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "adapters/clock/clock.hpp"
#include "cli/exit_code.hpp"

namespace makegood::cli {

namespace {

constexpr auto progress_quiet = std::chrono::seconds{1};
constexpr auto progress_pause_terminal = std::chrono::milliseconds{250};
constexpr auto progress_pause_log = std::chrono::seconds{5};

bool colours_wanted(int descriptor) {
    const char* refusal = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    if (refusal != nullptr && *refusal != '\0') return false;
    if (terminal != nullptr && std::string_view{terminal} == "dumb") return false;
    return ::isatty(descriptor) == 1;
}

std::string_view escape_of(tone with) {
    switch (with) {
        case tone::plain: return "";
        case tone::strong: return "\x1b[1m";
        case tone::faint: return "\x1b[2m";
        case tone::good: return "\x1b[32m";
        case tone::warning: return "\x1b[33m";
        case tone::bad: return "\x1b[31m";
    }
    return "";
}

}  // namespace

std::string palette::paint(tone with, std::string_view text) const {
    if (!colours || with == tone::plain) return std::string{text};
    return fmt::format("{}{}\x1b[0m", escape_of(with), text);
}

console::console()
    : data_colours_(colours_wanted(STDOUT_FILENO)),
      talk_colours_(colours_wanted(STDERR_FILENO)),
      talk_terminal_(::isatty(STDERR_FILENO) == 1) {}

void console::data(std::string_view text) {
    clear_progress();
    const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (!whole || std::fflush(stdout) != 0) {
        throw command_failure(errc::failed, "standard output cannot be written");
    }
}

void console::say(std::string_view line) {
    clear_progress();
    fmt::print(stderr, "{}\n", line);
}

void console::progress(std::string_view line) {
    if (!talk_terminal_) {
        say(line);
        return;
    }
    clear_progress();
    fmt::print(stderr, "{}", line);
    std::fflush(stderr);
    progress_shown_ = true;
}

void console::clear_progress() {
    if (!progress_shown_) return;
    fmt::print(stderr, "\r\x1b[K");
    progress_shown_ = false;
}

progress_report::progress_report(console& talk, std::string what)
    : talk_(talk), what_(std::move(what)), next_(steady_now() + progress_quiet) {}

void progress_report::advance(std::uint64_t done) {
    const auto now = steady_now();
    if (now < next_) return;
    talk_.progress(fmt::format("{}: {}", what_, done));
    next_ = talk_.talk_is_terminal() ? now + progress_pause_terminal : now + progress_pause_log;
}

}  // namespace makegood::cli
