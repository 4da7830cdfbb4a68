#include "engine/done_commands.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/limits.hpp"

// The variable's text: a line for each command, the newest last.
//   line := key "\n"
namespace makegood {

namespace {

constexpr std::string_view name = "done_commands";

std::string line_of(const idempotency_key& key) {
    std::string line = key.value;
    std::ranges::replace(line, '\n', ' ');
    line.push_back('\n');
    return line;
}

}  // namespace

void note_done(variables& learnt, const idempotency_key& key) {
    std::string lines(learnt.text(name));
    if (std::ranges::count(lines, '\n') >= std::ptrdiff_t{limits::done_commands_max}) {
        lines.erase(0, lines.find('\n') + 1);
    }
    lines.append(line_of(key));
    learnt.set(name, std::move(lines));
}

bool was_done(const variables& learnt, const idempotency_key& key) {
    const std::string_view lines = learnt.text(name);
    const std::string line = line_of(key);
    const std::size_t at = lines.find("\n" + line);
    return at != std::string_view::npos || lines.starts_with(line);
}

}  // namespace makegood
