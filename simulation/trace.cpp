#include "simulation/trace.hpp"

#include <string>

namespace makegood::simulation {

void trace::note(
    instant at, const std::optional<saga_id>& saga, std::initializer_list<std::string_view> words
) {
    hash_ = stable_hash({}, hash_ ^ static_cast<std::uint64_t>(at.time_since_epoch().count()));
    if (saga) {
        const auto& bytes = saga->bytes();
        hash_ = stable_hash({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, hash_);
    }
    for (const std::string_view word : words)
        hash_ = stable_hash(word, hash_);
    if (!keeps_lines_) return;
    std::string text;
    for (const std::string_view word : words) {
        if (!text.empty() && !word.empty()) text += ' ';
        text += word;
    }
    lines_.push_back({at, saga, std::move(text)});
}

}  // namespace makegood::simulation
