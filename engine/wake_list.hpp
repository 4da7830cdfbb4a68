#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "engine/identifiers.hpp"
#include "engine/ports/journal.hpp"
#include "engine/time.hpp"

namespace makegood {

// When to look at which saga: earliest first, and of one moment the lower id first. Made for a
// million sagas that wait (35 bytes each within minutes, 110 within a month) and for many more that
// have ended long before their deadline, each of which is taken out again. Owned by the engine.
class wake_list {
public:
    // A saga may be in it for several moments; for one moment it is in it once.
    void add(instant at, const saga_id& id);
    // Many at once, none of which is in it.
    void add_all(const std::vector<wake_up>& added);
    // Does nothing when it is not there.
    void remove(instant at, const saga_id& id);

    [[nodiscard]] bool empty() const { return slices_.empty(); }
    // Of a list that is not empty.
    [[nodiscard]] wake_up next() const;
    wake_up take_next();

private:
    // Time in slices so short that few sagas fall into one: looking one up touches little memory.
    static constexpr std::int64_t slice_ms = 32;
    static_assert(slice_ms <= 256, "a moment inside a slice is one byte");

    struct entry {
        std::uint8_t ms = 0;  // since the slice began
        saga_id id;
        auto operator<=>(const entry&) const = default;
    };
    static_assert(sizeof(entry) == 1 + 16 + 3);
    using slice = std::vector<entry>;  // the next one last

    [[nodiscard]] static std::int64_t slice_of(instant at);
    [[nodiscard]] static entry entry_of(instant at, const saga_id& id);

    std::map<std::int64_t, slice> slices_;  // none of them empty
};

}  // namespace makegood
