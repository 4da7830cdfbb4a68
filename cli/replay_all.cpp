#include "cli/replay_all.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/data_folder_reader.hpp"
#include "cli/store_failure.hpp"
#include "engine/limits.hpp"
#include "engine/replay.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

struct replay_count {
    std::uint64_t sagas = 0;
    std::uint64_t entries = 0;
    std::uint64_t differences = 0;
};

// Empty when the fold is the record. A live saga may move on between the two reads: only the
// entries that the record knows are folded.
std::string difference_of(opened_folder& folder, const saga_record& stored, replay_count& count) {
    std::vector<journal_entry> entries = folder.journal(stored.id);
    if (entries.size() > stored.sequence) {
        entries.erase(entries.begin() + stored.sequence, entries.end());
    }
    count.entries += entries.size();
    const auto folded = replay(folder.registry(), stored.id, entries);
    if (!folded) return fmt::format("entry {}: {}", folded.error().at, folded.error().detail);
    if (*folded == stored) return {};
    return fmt::format(
        "the journal folds to state {} after entry {}, the record says {} after entry {}",
        folded->state.value, folded->sequence, stored.state.value, stored.sequence
    );
}

void tell(const saga_id& id, const std::string& difference, bool as_json, console& out) {
    if (as_json) {
        out.data(json::serialize(json::object{{"id", id.text()}, {"detail", difference}}) + "\n");
    } else {
        out.data(fmt::format("{}: {}\n", id.text(), difference));
    }
}

replay_count compare_everything(opened_folder& folder, bool as_json, console& out) {
    replay_count count;
    progress_report progress{out, "sagas replayed"};
    saga_query query;
    query.saga.clear();
    query.limit = limits::list_items_max;
    for (;;) {
        const saga_page page = value_or_throw(folder.reader().list(query), folder.path());
        for (const saga_record& stored : page.items) {
            const std::string difference = difference_of(folder, stored, count);
            if (!difference.empty()) {
                ++count.differences;
                tell(stored.id, difference, as_json, out);
            }
            progress.advance(++count.sagas);
        }
        if (!page.next) return count;
        query.after = page.next;
    }
}

}  // namespace

exit_code replay_all(const std::string& data, bool as_json, console& out) {
    opened_folder folder{data};
    const replay_count count = compare_everything(folder, as_json, out);
    if (as_json) {
        const json::object answer{
            {"sagas", count.sagas}, {"entries", count.entries}, {"differences", count.differences}};
        out.data(json::serialize(answer) + "\n");
    } else {
        out.data(fmt::format(
            "{} sagas with {} entries replayed, {} differ\n", count.sagas, count.entries,
            count.differences
        ));
    }
    if (count.differences == 0) return exit_code::done;
    throw command_failure(
        errc::difference_found,
        fmt::format("{} sagas are not the fold of their journals", count.differences),
        "see `makegood explain exit-6`"
    );
}

}  // namespace makegood::cli
