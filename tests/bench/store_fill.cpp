// Fills a data folder with checkouts, as true as if a server had made them, in a fraction of the
// time: the engine itself runs one checkout for each batch, and the store's own writer commits it a
// thousand times under other names. `makegood verify` finds nothing wrong with it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sagas/registry.hpp"
#include "statestore/data_folder.hpp"
#include "statestore/sqlite/store.hpp"
#include "tests/bench/checkout_requests.hpp"
#include "tests/bench/saga_template.hpp"

namespace {

using namespace makegood;
using namespace makegood::bench;
using steady = std::chrono::steady_clock;

constexpr std::uint64_t sagas_per_batch = 1'000;

struct fill_options {
    std::filesystem::path data;
    std::size_t lanes = 1;
    std::uint64_t sagas = 1'000;
    fate kind = fate::completed;
    // Of finished ones, every tenth ended otherwise, as in life: half of these failed, half were
    // compensated.
    bool mixed = false;
    std::uint64_t customers = 100'000;
    // When the first and the last one were created, in seconds before now.
    double first_age_seconds = 3'600;
    double last_age_seconds = 60;
    std::uint64_t seed = 1;
};

template <class Value>
Value checked(store_result<Value>&& result) {
    if (result) return std::move(*result);
    fmt::print(stderr, "store_fill: {}\n", result.error().detail);
    std::exit(1);
}

// One store's part. Lanes share nothing, so each store is filled by a thread of its own.
class filler {
public:
    filler(
        const fill_options& options,
        const definition_registry& registry,
        const statestore::data_folder& folder,
        std::size_t store,
        instant now
    )
        : options_(options),
          registry_(registry),
          folder_(folder),
          store_(store),
          first_(before(now, options.first_age_seconds)),
          last_(before(now, options.last_age_seconds)),
          writer_(checked(statestore::sqlite_writer::open(
              folder.store_path(store), {.checkpoint_pages = 50'000, .log_pages_max = 400'000}
          ))) {}

    // Customers come in order: the indexes by customer grow at their right edge too. At random they
    // would take one page read and written a row, and days for ten million.
    void run() {
        std::uint64_t batch_number = 0;
        for (std::uint64_t number = 0; number < options_.sagas; ++batch_number) {
            const saga_template model =
                run_checkout(registry_, fate_of(batch_number), moment_of(number));
            fill_one_batch(model, number);
        }
    }

private:
    static instant before(instant now, double seconds) {
        return now - std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
    }

    fate fate_of(std::uint64_t batch_number) const {
        if (!options_.mixed || batch_number % 10 != 5) return options_.kind;
        return batch_number % 20 == 5 ? fate::failed : fate::compensated;
    }

    instant moment_of(std::uint64_t number) const {
        const double share = static_cast<double>(number) / static_cast<double>(options_.sagas);
        const auto span = static_cast<double>((last_ - first_).count());
        return first_ + duration{static_cast<std::int64_t>(span * share)};
    }

    // Every store looks at all numbers and takes those whose customer is its own.
    void fill_one_batch(const saga_template& model, std::uint64_t& number) {
        std::vector<saga_template> copies;
        copies.reserve(sagas_per_batch);
        for (; number < options_.sagas && copies.size() < sagas_per_batch; ++number) {
            const customer_id customer{customer_name(customer_of(number))};
            const partition owner = partition_of(customer);
            if (folder_.store_of(owner) != store_) continue;
            copies.push_back(model);
            copies.back().rename(
                id_of(model, owner, number), customer,
                idempotency_key{fmt::format("fill-{}-{}", options_.seed, number)}
            );
        }
        batch changes;
        changes.at = model.record.updated_at;
        changes.sagas.reserve(copies.size());
        for (saga_template& each : copies)
            changes.sagas.push_back(each.take_commit());
        const commit_receipt receipt = checked(writer_->commit(changes));
        if (receipt.conflicts.empty()) return;
        fmt::print(stderr, "store_fill: these keys are in the store already: another --seed\n");
        std::exit(1);
    }

    std::uint64_t customer_of(std::uint64_t number) const {
        const double share = static_cast<double>(number) / static_cast<double>(options_.sagas);
        return static_cast<std::uint64_t>(share * static_cast<double>(options_.customers));
    }

    saga_id id_of(const saga_template& model, partition owner, std::uint64_t number) const {
        std::array<std::uint8_t, 9> random{};
        const std::uint64_t bits = mixed(options_.seed, number);
        std::memcpy(random.data(), &bits, sizeof bits);
        return saga_id::make(
            model.record.id.prefix(), model.record.created_at.time_since_epoch().count(), owner,
            random
        );
    }

    const fill_options& options_;
    const definition_registry& registry_;
    const statestore::data_folder& folder_;
    const std::size_t store_;
    const instant first_;
    const instant last_;
    std::unique_ptr<statestore::sqlite_writer> writer_;
};

void fill(const fill_options& options) {
    const auto begun = steady::now();
    const instant now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
    const definition_registry registry = make_registry(
        {.has_cart = false,
         .has_catalog = false,
         .has_fulfillment = false,
         .has_notification = false,
         .fulfilment_enabled = false}
    );
    const auto folder =
        checked(statestore::data_folder::open(options.data, {.stores = options.lanes, .now = now}));
    std::vector<std::unique_ptr<filler>> fillers;
    for (std::size_t store = 0; store < folder.stores_count(); ++store)
        fillers.push_back(std::make_unique<filler>(options, registry, folder, store, now));
    std::vector<std::thread> threads;
    for (const auto& each : fillers)
        threads.emplace_back([&each] { each->run(); });
    for (std::thread& each : threads)
        each.join();
    fillers.clear();  // closes the stores
    fmt::print(
        R"({{"sagas":{},"seconds":{:.2f}}})"
        "\n",
        options.sagas, std::chrono::duration<double>(steady::now() - begun).count()
    );
}

}  // namespace

int main(int argc, char** argv) {
    fill_options options;
    std::string kind = "completed";
    CLI::App app{"Fills a data folder with checkouts"};
    app.add_option("--data", options.data, "the data folder; created where there is none")
        ->required();
    app.add_option("--lanes", options.lanes, "of a new data folder");
    app.add_option("--sagas", options.sagas, "how many");
    app.add_option("--fate", kind, "completed, failed, compensated or waiting");
    app.add_flag("--mixed", options.mixed, "every tenth ended otherwise");
    app.add_option("--customers", options.customers, "how many different ones");
    app.add_option("--first-age", options.first_age_seconds, "seconds since the first one began");
    app.add_option("--last-age", options.last_age_seconds, "seconds since the last one began");
    app.add_option("--seed", options.seed, "of ids and keys");
    CLI11_PARSE(app, argc, argv);
    const auto parsed = parse_fate(kind);
    if (!parsed) {
        fmt::print(stderr, "store_fill: there is no fate {}\n", kind);
        return 2;
    }
    options.kind = *parsed;
    fill(options);
    return 0;
}
