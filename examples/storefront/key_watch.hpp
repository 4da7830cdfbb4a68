#pragma once

#include <optional>
#include <set>
#include <string>

#include "examples/storefront/call.hpp"

namespace storefront {

// The keys whose calls are being worked on right now. A service that keeps the contract has no use
// for them: they are what rule::twins and rule::race get wrong. Used on a service's thread.
class key_watch {
public:
    // Notes a call's key for as long as it lives.
    class note {
    public:
        note(key_watch& watch, const std::string& key)
            : watch_(watch), at_(watch.under_way_.insert(key)) {}
        ~note() { watch_.under_way_.erase(at_); }
        note(const note&) = delete;
        note& operator=(const note&) = delete;

    private:
        key_watch& watch_;
        std::multiset<std::string>::iterator at_;
    };

    // Whether a rule is broken that shows only while two calls are worked on at once. A service's
    // calls take their time then, as calls that are sent at once would seldom meet otherwise.
    [[nodiscard]] static bool looks_for_overlap();

    // What a service answers that looks before it acts, while another call is between the two.
    [[nodiscard]] std::optional<answer> hasty_answer(const call& arrived) const;

private:
    std::multiset<std::string> under_way_;
};

}  // namespace storefront
