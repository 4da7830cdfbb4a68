#pragma once

#include <optional>
#include <string>

#include "adapters/http/message.hpp"
#include "engine/time.hpp"

namespace makegood {

// What a client prefers (RFC 7240), as far as it is known here.
struct preferences {
    std::optional<duration> wait;  // at most limits::wait_seconds_max
    bool respond_async = false;

    // For Preference-Applied; empty when nothing was. An answer is asynchronous when it came before
    // the end.
    [[nodiscard]] std::string applied(bool answered_before_end) const;
};

// Preferences that are not known or make no sense are ignored, as the RFC wants; of two of the same
// name the first counts.
[[nodiscard]] preferences read_preferences(const http::field_list& fields);

}  // namespace makegood
