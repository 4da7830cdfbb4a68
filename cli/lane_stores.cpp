#include "cli/lane_stores.hpp"

#include <fmt/format.h>

#include "adapters/clock/clock.hpp"
#include "adapters/telemetry/log.hpp"
#include "cli/store_failure.hpp"
#include "statestore/sqlite/store.hpp"

namespace makegood::cli {

namespace {

// Each reader is a connection and a thread: one answers look-ups while the other is busy with a
// list.
constexpr std::size_t readers_per_lane = 2;

void tell_of_copy(const store_error& error) {
    log(log_level::error,
        "a store's log was not copied, it is tried again and nothing is lost: " + error.detail);
}

}  // namespace

lane_stores::lane_stores(
    const configuration& settings, const definition_registry& registry, console& talk
)
    : folder_(value_or_throw(
        statestore::data_folder::open(settings.data, {.stores = settings.lanes, .now = now()}),
        settings.data
    )) {
    for (const std::string& warning : folder_.warnings())
        talk.say("warning: " + warning);
    if (folder_.stores_count() != settings.lanes) {
        talk.say(fmt::format(
            "{} was made for {} lanes and keeps them; lanes = {} holds for a new data folder",
            settings.data, folder_.stores_count(), settings.lanes
        ));
    }
    for (std::size_t position = 0; position < folder_.stores_count(); ++position) {
        stores_.push_back(open_store(position, registry, settings));
    }
}

std::vector<lane_store> lane_stores::lanes() const {
    std::vector<lane_store> lanes(stores_.size());
    for (std::size_t position = 0; position < stores_.size(); ++position) {
        lanes[position].writer = stores_[position].writer.get();
        for (const auto& reader : stores_[position].readers) {
            lanes[position].readers.push_back(reader.get());
        }
        lanes[position].events = stores_[position].events.get();
    }
    for (std::size_t owned = 0; owned < partitions_count; ++owned) {
        const auto of_lane = static_cast<partition>(owned);
        lanes[folder_.store_of(of_lane)].partitions.push_back(of_lane);
    }
    return lanes;
}

lane_stores::store lane_stores::open_store(
    std::size_t position, const definition_registry& registry, const configuration& settings
) {
    const std::filesystem::path file = folder_.store_path(position);
    store opened;
    const statestore::sqlite_options options{
        .copies_beside_commits = true, .copy_failed = tell_of_copy, .archives = settings.archives};
    opened.writer = value_or_throw(statestore::sqlite_writer::open(file, options), file);
    for (std::size_t reader = 0; reader < readers_per_lane; ++reader) {
        opened.readers.push_back(
            value_or_throw(statestore::sqlite_reader::open(file, registry), file)
        );
    }
    if (!settings.events.brokers.empty()) {
        opened.events = value_or_throw(statestore::sqlite_reader::open(file, registry), file);
    }
    return opened;
}

}  // namespace makegood::cli
