#include "statestore/sqlite/saga_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/replay.hpp"
#include "engine/stored_view.hpp"
#include "statestore/codec.hpp"
#include "statestore/record_difference.hpp"

namespace makegood::statestore {
namespace {

difference about(std::string what, std::int64_t sequence, std::string detail) {
    difference found;
    found.what = std::move(what);
    found.sequence = static_cast<journal_sequence>(sequence);
    found.detail = std::move(detail);
    return found;
}

// The journal must be entries 1 to its last one, which is not before the record's.
bool has_gap(const raw_saga& saga, const difference_found& found) {
    const std::int64_t last = std::max(saga.last_sequence, saga.entries.back().sequence);
    std::int64_t whole = 0;  // entries from the first on, without a gap
    for (const raw_entry& entry : saga.entries) {
        if (entry.sequence != whole + 1) break;
        ++whole;
    }
    if (whole < last) {
        const std::string detail = fmt::format("entry {} of {} is missing", whole + 1, last);
        found(about("sequence-gap", whole + 1, detail));
        return true;
    }
    if (saga.last_sequence >= 1) return false;
    const std::string detail =
        fmt::format("the record is of entry {}, which cannot be", saga.last_sequence);
    found(about("sequence-gap", 1, detail));
    return true;
}

// A saga that has ended, or rests, has a record of its last entry.
bool is_behind(const raw_saga& saga, const saga_record& folded, const difference_found& found) {
    if (saga.last_sequence == folded.sequence) return false;
    if (!folded.ended() && !dormant(folded)) return false;
    found(about(
        "sequence-gap", saga.last_sequence + 1,
        fmt::format(
            "entry {} is newer than the record, which is of {}, although the saga {}",
            saga.last_sequence + 1, saga.last_sequence, folded.ended() ? "has ended" : "rests"
        )
    ));
    return true;
}

// The journal decoded; nothing, and a difference, when an entry cannot be read.
std::optional<std::vector<journal_entry>> read_entries(
    const raw_saga& saga, const definition& meaning, const difference_found& found
) {
    std::vector<journal_entry> entries;
    for (const raw_entry& raw : saga.entries) {
        store_result<event> decoded = decode_event(raw.event, meaning);
        if (!decoded) {
            found(about("entry-unreadable", raw.sequence, decoded.error().detail));
            return {};
        }
        entries.push_back({static_cast<journal_sequence>(raw.sequence), raw.at, std::move(*decoded)}
        );
    }
    return entries;
}

void compare_record(
    const raw_saga& saga,
    const saga_record& folded,
    const saga_started& started,
    const definition_registry& registry,
    const difference_found& found
) {
    // Without one the first entry is all that it would say.
    if (!saga.record && folded.sequence == 1) return;
    const std::string record = saga.record.value_or("");
    if (record == encode_record(folded)) return;
    const store_result<saga_record> stored = decode_record(record, saga.id, started, registry);
    if (!stored) {
        found(about("record-unreadable", saga.last_sequence, stored.error().detail));
        return;
    }
    difference differs = about("record-differs", saga.last_sequence, {});
    if (const auto where = first_difference(*stored, folded)) {
        differs.field = where->field;
        differs.stored = where->stored;
        differs.folded = where->folded;
    }
    differs.detail = fmt::format(
        "the record says {} = '{}', the journal folds to '{}'", differs.field, differs.stored,
        differs.folded
    );
    found(std::move(differs));
}

void compare_columns(
    const raw_saga& saga,
    const saga_record& folded,
    saga_status status,
    const idempotency_key& key,
    const difference_found& found
) {
    const auto column = [&](std::string name, std::string stored, std::string wanted) {
        if (stored == wanted) return;
        difference differs = about("column-differs", saga.last_sequence, {});
        differs.detail = fmt::format(
            "the column {} is '{}', and should be '{}': lists show this saga in the wrong place, "
            "or "
            "its key is not kept",
            name, stored, wanted
        );
        differs.field = std::move(name);
        differs.stored = std::move(stored);
        differs.folded = std::move(wanted);
        found(std::move(differs));
    };
    column("status", saga.status, std::string(status_text(status)));
    column("state", saga.state, std::string(folded.state.value));
    column("reason", saga.reason.value_or(""), folded.reason ? folded.reason->code : "");
    column("created_at", format_instant(saga.created_at), format_instant(folded.created_at));
    column("updated_at", format_instant(saga.updated_at), format_instant(folded.updated_at));
    column("has_key", saga.has_key ? "yes" : "no", key.value.empty() ? "no" : "yes");
}

// When it wakes depends on settings, but it is never later than what the journal has planned.
void check_wake_time(
    const raw_saga& saga, const saga_record& folded, const difference_found& found
) {
    if (folded.ended() || (folded.parked && folded.parked->held)) return;
    for (const call_record& call : folded.calls) {
        if (call.status != call_status::pending || call.next_attempt_at >= *saga.wake_at) continue;
        return found(about(
            "open-saga-sleeps", saga.last_sequence,
            fmt::format(
                "{} is to be tried again at {}, and a restarted server would look at it later: at "
                "{}",
                call.call.call.value, format_instant(call.next_attempt_at),
                *saga.wake_at == never ? "no time" : format_instant(*saga.wake_at)
            )
        ));
    }
}

void check_waking(const raw_saga& saga, const saga_record& folded, const difference_found& found) {
    const bool wakes = saga.wake_at.has_value();
    if (wakes != folded.ended()) return check_wake_time(saga, folded, found);
    if (wakes) {
        found(about(
            "ended-saga-wakes", saga.last_sequence,
            "it has ended, and still stands among the unfinished"
        ));
        return;
    }
    found(about(
        "open-saga-sleeps", saga.last_sequence,
        "it has not ended, but a restarted server would not go on with it"
    ));
}

}  // namespace

void check_saga(
    const raw_saga& saga, const definition_registry& registry, const difference_found& found
) {
    if (saga.entries.empty()) {
        found(about("saga-without-journal", 0, "it has a record, but no journal entry"));
        return;
    }
    if (has_gap(saga, found)) return;
    const store_result<saga_started> started = decode_started(saga.entries.front().event);
    if (!started) {
        found(about("entry-unreadable", 1, started.error().detail));
        return;
    }
    const definition* meaning = registry.find(started->definition, started->version);
    if (meaning == nullptr) {
        found(about(
            "entry-unreadable", 1,
            fmt::format(
                "this program does not know the saga {} version {}", started->definition,
                started->version
            )
        ));
        return;
    }
    const auto entries = read_entries(saga, *meaning, found);
    if (!entries) return;
    std::optional<saga_record> recorded;  // the fold up to the entry that the record is of
    const auto folded = replay(registry, saga.id, *entries, [&](const replayed_entry& each) {
        if (each.after.sequence == saga.last_sequence) recorded = each.after;
    });
    if (!folded) {
        found(about("entry-unreadable", folded.error().at, folded.error().detail));
        return;
    }
    if (is_behind(saga, *folded, found)) return;
    compare_record(saga, *recorded, *started, registry, found);
    compare_columns(saga, *recorded, folded->status(), started->key, found);
    check_waking(saga, *folded, found);
}

}  // namespace makegood::statestore
