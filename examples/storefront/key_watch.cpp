#include "examples/storefront/key_watch.hpp"

#include "examples/storefront/broken_rules.hpp"

namespace storefront {
namespace {

constexpr std::string_view undo_suffix = ":undo";

}  // namespace

bool key_watch::looks_for_overlap() {
    return is_broken(rule::twins) || is_broken(rule::race);
}

std::optional<answer> key_watch::hasty_answer(const call& arrived) const {
    if (is_broken(rule::twins) && under_way_.contains(arrived.key)) {
        return refusal(409, "in_progress", "the same call is being worked on").as_answer();
    }
    if (!is_broken(rule::race) || !arrived.key.ends_with(undo_suffix)) return std::nullopt;
    const auto done = arrived.key.substr(0, arrived.key.size() - undo_suffix.size());
    // It sees nothing of the do yet, and says that there is nothing to undo.
    if (under_way_.contains(done)) return answer{.status = 200, .body = {{"status", "voided"}}};
    return std::nullopt;
}

}  // namespace storefront
