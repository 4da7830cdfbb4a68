#include "engine/answered_commands.hpp"

#include <algorithm>
#include <string_view>

#include "engine/assert.hpp"
#include "engine/limits.hpp"

// The variable's text: a line for each command, the newest last.
//   line := key " " why:decimal " " detail "\n"
namespace makegood {

namespace {

std::string plain(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

}  // namespace

void note_answer(variables& learnt, const command_answered& told) {
    std::string lines(learnt.text(answered_commands));
    if (std::ranges::count(lines, '\n') >= std::ptrdiff_t{limits::answered_commands_max}) {
        lines.erase(0, lines.find('\n') + 1);
    }
    lines.append(plain(told.key.value)).append(" ");
    lines.append(std::to_string(static_cast<unsigned>(told.why))).append(" ");
    lines.append(plain(told.detail)).append("\n");
    learnt.set(answered_commands, std::move(lines));
}

std::optional<earlier_answer> find_answer(const variables& learnt, const idempotency_key& key) {
    std::string_view lines = learnt.text(answered_commands);
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(line.size() + 1);
        if (!line.starts_with(key.value + " ")) continue;
        const std::string_view answer = line.substr(key.value.size() + 1);
        const std::size_t blank = answer.find(' ');
        const auto why = integer_of(answer.substr(0, blank));
        if (blank == std::string_view::npos || !why) continue;
        ASSERT(*why >= 0 && *why <= static_cast<int>(refusal::store_unavailable));
        return earlier_answer{static_cast<refusal>(*why), std::string(answer.substr(blank + 1))};
    }
    return {};
}

}  // namespace makegood
