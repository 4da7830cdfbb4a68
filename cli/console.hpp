#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace makegood::cli {

// What a colour means. Colour is never the only carrier of a meaning.
enum class tone : std::uint8_t { plain, strong, faint, good, warning, bad };

// Paints text for a terminal, or leaves it alone.
struct palette {
    bool colours = false;

    [[nodiscard]] std::string paint(tone with, std::string_view text) const;
};

// Where a command's words go: data to stdout, talk to stderr, so that a pipe gets data only.
// Colours are used on a terminal and never when NO_COLOR is set. One per process, used by one
// thread.
class console {
public:
    console();

    // Writes `text` as it is. Throws command_failure when stdout cannot be written any more.
    void data(std::string_view text);
    // One line of talk; the line break is added.
    void say(std::string_view line);
    // One line of talk that the next one replaces on a terminal.
    void progress(std::string_view line);

    [[nodiscard]] palette data_palette() const { return {data_colours_}; }
    [[nodiscard]] palette talk_palette() const { return {talk_colours_}; }
    [[nodiscard]] bool talk_is_terminal() const { return talk_terminal_; }

private:
    void clear_progress();

    bool data_colours_ = false;
    bool talk_colours_ = false;
    bool talk_terminal_ = false;
    bool progress_shown_ = false;
};

// Says how far a long piece of work is: nothing in the first second, then several times a second on
// a terminal and every few seconds elsewhere.
class progress_report {
public:
    progress_report(console& talk, std::string what);

    void advance(std::uint64_t done);

private:
    console& talk_;
    std::string what_;
    std::chrono::steady_clock::time_point next_;
};

}  // namespace makegood::cli
