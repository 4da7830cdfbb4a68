#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"

namespace makegood::statestore {

// One thing that is not as it must be.
struct difference {
    std::string store;              // "lane-0.db"
    std::optional<saga_id> saga;    // nothing when it is about the store as a whole
    journal_sequence sequence = 0;  // 0 when it is about no entry
    // A stable word: store-damaged, store-misplaced, log-damaged, log-end-damaged, saga-misplaced,
    // journal-without-saga, saga-without-journal, sequence-gap, entry-unreadable,
    // record-unreadable, record-differs, column-differs, ended-saga-wakes, open-saga-sleeps,
    // key-without-saga, key-missing, key-differs, counter-differs, orphan-row, events-unreadable,
    // events-gap.
    std::string what;
    std::string field;   // the first that differs, "calls[2].attempts"
    std::string stored;  // its value as stored …
    std::string folded;  // … and as the journal says
    std::string detail;  // a sentence
};

struct verify_progress {
    std::string store;
    std::uint64_t sagas = 0;  // done so far, in all stores
    std::uint64_t entries = 0;
};

struct verify_options {
    std::size_t differences_max = 100;                     // that are kept; all are counted
    std::function<void(const verify_progress&)> progress;  // about once every thousand sagas
};

struct verify_report {
    std::uint64_t sagas = 0;
    std::uint64_t entries = 0;
    std::uint64_t differences_count = 0;
    std::vector<difference> differences;

    [[nodiscard]] bool clean() const { return differences_count == 0; }
};

// Checks a data folder, live or not: SQLite's own integrity check, what must hold between the
// tables, and for every saga that the fold of its journal is its record, byte for byte (P7).
// Streams: memory does not grow with the number of sagas. An error only when the folder cannot be
// read at all.
[[nodiscard]] store_result<verify_report> verify(
    const std::filesystem::path& folder,
    const definition_registry& registry,
    const verify_options& options = {}
);

}  // namespace makegood::statestore
