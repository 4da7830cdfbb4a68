#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace storefront {

// A rule of the backend contract that can be broken on purpose (`--break`), to see that whoever
// tests backends notices. README.md says what each does.
enum class rule : std::uint8_t {
    done,
    confirm,
    capture,
    refund,
    repeated_key,
    twins,
    other_payload,
    unknown_members,
    broken_json,
    invalid_field,
    undo_never_seen,
    late,
    takes_effect,
    twice,
    race,
    returns_stock,
    insufficient_stock,
    all_or_nothing,
    last_item,
    expires,
    expiry_returns_stock,
    unknown_sku,
    confirm_never_seen,
    confirm_after_release,
    confirm_after_expiry,
    release_after_confirm,
    read_status,
    read_never_seen,
    declined,
    requires_action,
    capture_never_seen,
    capture_after_void,
    void_after_capture,
    refund_before_capture,
    clear_cart,
    clear_never_seen,
    keep_alive,
    engine_headers,
    undo,
    void_status,
    confirm_other,
    expires_at,
    next_action,
};

[[nodiscard]] std::optional<rule> rule_named(std::string_view name);
[[nodiscard]] std::vector<std::string_view> rule_names();

// One setting of the whole process, made before any service starts and then only read: what breaks
// a rule is one line at the place that keeps it, and no handle has to be passed there.
void break_rule(rule which);
[[nodiscard]] bool is_broken(rule which);

// Whether the success of a route, by its name, is cut in half by a broken rule.
[[nodiscard]] bool is_garbled(std::string_view route, unsigned status);
// Of the bodies of the contract and of the storefront's own calls: what rule::unknown_members lets
// through.
[[nodiscard]] bool is_known_member(std::string_view name);

}  // namespace storefront
