#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"
#include "statestore/store_place.hpp"

namespace makegood::statestore {

// Limits of one SQLite store.
struct sqlite_options {
    // The log is copied into the database once it holds that many pages of 4 KiB.
    std::uint32_t checkpoint_pages = 4'000;
    // Past that the writer waits a little for readers, so that the log can begin again. Only a
    // reader that reads on for long, as a backup does, can make the log longer.
    std::uint32_t log_pages_max = 16'000;
    std::uint32_t reader_wait_max_ms = 20;
    // Copies the log on a thread of its own, so that no commit waits for it. Without it everything
    // happens on the caller's thread, in the same order each time.
    bool copies_beside_commits = false;
    // Told, on either thread, of a copy that failed. It is tried again; no commit fails for it.
    std::function<void(const store_error&)> copy_failed = {};
    // For another process to let go of the store, as when it opens it.
    std::uint32_t busy_time_max_ms = 5'000;
    std::uint32_t cache_kib = 64 * 1024;
    // A store of at most that many pages of 4 KiB (64 MB) is checked as a whole when it is opened.
    std::uint32_t checked_pages_max = 16'384;
    // The database never grows past that many pages of 4 KiB (`full`); 0: as far as the disk goes.
    std::uint32_t pages_max = 0;
    // What is pruned goes to archive/ beside the store first: a store for each month of its end.
    bool archives = false;
    // A store that was never bound to a place is bound to this one; another one must have it.
    std::optional<store_place> place = {};
};

// The durable writer of one store: one SQLite file in WAL mode. Owned by a lane's writer and used
// by one thread at a time. A commit has returned only after its log was fsynced. After an error
// nothing of the batch is visible, and the next commit works as soon as the cause has gone.
// Destroyed in order, and after all readers, it leaves one file without a log.
class sqlite_writer final : public journal_writer {
public:
    // Creates the file or migrates it where needed, and takes the store over: the epoch it writes,
    // durably, makes every writer that was opened earlier a stale owner.
    [[nodiscard]] static store_result<std::unique_ptr<sqlite_writer>> open(
        const std::filesystem::path& file, const sqlite_options& options = {}
    );
    ~sqlite_writer() override;
    sqlite_writer(const sqlite_writer&) = delete;
    sqlite_writer& operator=(const sqlite_writer&) = delete;

    [[nodiscard]] store_result<commit_receipt> commit(const batch& changes) override;
    // At most a hundred at a time, so that commits need not wait for long: 0 when none is left.
    [[nodiscard]] store_result<std::uint64_t> forget_keys(instant ended_before) override;
    // Goes on where the last step has stopped; the step after the last one begins anew.
    [[nodiscard]] store_result<pruning> prune(instant ended_before, std::size_t at_most) override;
    [[nodiscard]] store_result<void> events_were_sent(outbox_position up_to) override;
    // At most a thousand rows or a megabyte at a time.
    [[nodiscard]] store_result<std::uint64_t> drop_events(
        instant committed_before, droppable_events which
    ) override;

    // What was opened: grows by one with every opening of the file.
    [[nodiscard]] std::uint64_t epoch() const;
    // Pages that the log held after the last commit.
    [[nodiscard]] std::uint32_t log_pages() const;

private:
    struct state;
    explicit sqlite_writer(std::unique_ptr<state> opened);

    std::unique_ptr<state> state_;
};

// The reader of one store, over its own connection. One thread at a time; it never blocks a writer
// and sees only what is durable. Everything that it decodes it checks against what stands beside
// it.
class sqlite_reader final : public journal_reader {
public:
    // Reads a live store as well as one that nobody has open, and only the one of that place when
    // there is one. `registry` outlives the reader.
    [[nodiscard]] static store_result<std::unique_ptr<sqlite_reader>> open(
        const std::filesystem::path& file,
        const definition_registry& registry,
        const std::optional<store_place>& place = {}
    );
    ~sqlite_reader() override;
    sqlite_reader(const sqlite_reader&) = delete;
    sqlite_reader& operator=(const sqlite_reader&) = delete;

    [[nodiscard]] store_result<saga_record> load(const saga_id& id) override;
    [[nodiscard]] store_result<std::vector<journal_entry>> journal(const saga_id& id) override;
    [[nodiscard]] store_result<saga_page> list(const saga_query& query) override;
    [[nodiscard]] store_result<std::vector<wake_up>> unfinished() override;
    [[nodiscard]] store_result<std::vector<positioned_event>> events(
        outbox_position after, std::size_t at_most
    ) override;
    [[nodiscard]] store_result<outbox_state> outbox() override;
    [[nodiscard]] store_result<store_statistics> statistics() override;

private:
    struct state;
    explicit sqlite_reader(std::unique_ptr<state> opened);

    std::unique_ptr<state> state_;
};

}  // namespace makegood::statestore
