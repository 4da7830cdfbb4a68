// How fast the durable store is on this machine: transitions per second by batch size, with fsync,
// as four-call checkouts make them, and the time to read what is unfinished. Not a test: it judges
// nothing.
//
//     store_bench [folder] [sagas]

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "statestore/codec.hpp"
#include "statestore/data_folder.hpp"
#include "statestore/sqlite/store.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::journey;

namespace {

using steady = std::chrono::steady_clock;

double seconds_since(steady::time_point start) {
    return std::chrono::duration<double>(steady::now() - start).count();
}

template <class Value>
Value checked(store_result<Value>&& result) {
    if (result) return std::move(*result);
    fmt::print(stderr, "{}\n", result.error().detail);
    std::exit(1);
}

// Four transitions after the start, then the end: as many commits as a four-call checkout makes.
void move_on(journey& saga, unsigned round) {
    if (round < 4)
        saga.fails_once();
    else
        saga.works();
}

struct measurement {
    double seconds = 0;
    std::uint64_t transitions = 0;
    double slowest_ms = 0;
};

// `batch_size` sagas at a time go from start to end together.
measurement run(
    sqlite_writer& writer,
    const definition_registry& registry,
    unsigned batch_size,
    unsigned sagas,
    unsigned& number
) {
    measurement result;
    for (unsigned done = 0; done < sagas; done += batch_size) {
        std::vector<journey> running;
        running.reserve(batch_size);
        for (unsigned i = 0; i < batch_size; ++i, ++number) {
            running.emplace_back(
                registry,
                toy::saga_facts{
                    .number = number,
                    .customer = fmt::format("cus_{}", number * 7919 % 1'000'000),
                    .key = fmt::format("6f1c1d1e-{:08}-4b7e", number * 104'729U),
                    .at = toy::beginning + duration{number},
                    .address = std::string(500, 'a')}
            );
        }
        for (unsigned round = 0; round < 6; ++round) {
            batch changes;
            for (journey& saga : running) {
                if (round > 0) move_on(saga, round - 1);
                changes.sagas.push_back(saga.commit());
            }
            const auto start = steady::now();
            static_cast<void>(checked(writer.commit(changes)));
            const double spent = seconds_since(start);
            result.seconds += spent;
            result.slowest_ms = std::max(result.slowest_ms, spent * 1'000);
            result.transitions += batch_size;
        }
    }
    return result;
}

void report_size(const definition_registry& registry) {
    journey saga(registry, {.number = 1, .key = "key", .address = std::string(500, 'a')});
    for (unsigned round = 0; round < 5; ++round)
        move_on(saga, round);
    std::size_t bytes = encode_record(saga.record()).size();
    for (const journal_entry& entry : saga.entries())
        bytes += encode_event(entry.event).size();
    fmt::print("payload of one saga: {} bytes\n", bytes);
}

}  // namespace

int main(int count, char** arguments) {
    const definition_registry registry = toy::make_registry();
    const toy::temporary_folder temporary;
    const std::filesystem::path folder = count > 1 ? arguments[1] : temporary.path() / "data";
    const unsigned wanted = count > 2 ? static_cast<unsigned>(std::atoi(arguments[2])) : 20'000;
    const data_folder opened = checked(data_folder::open(folder, {.now = toy::beginning}));
    auto writer = checked(sqlite_writer::open(opened.store_path(0)));
    auto reader = checked(sqlite_reader::open(opened.store_path(0), registry));
    report_size(registry);
    unsigned number = 1;
    for (const unsigned batch_size : {1U, 16U, 64U, 256U, 256U, 256U}) {
        const unsigned sagas =
            batch_size == 1 ? std::min(wanted, 300U) : std::min(wanted, batch_size * 1'000);
        const measurement result = run(*writer, registry, batch_size, sagas, number);
        fmt::print(
            "batches of {:>3}: {:>8.0f} transitions/s, slowest commit {:>6.1f} ms, log {} pages\n",
            batch_size, static_cast<double>(result.transitions) / result.seconds, result.slowest_ms,
            writer->log_pages()
        );
    }
    const auto start = steady::now();
    const auto page = checked(reader->list({.saga = "toy", .limit = 50}));
    fmt::print("list of {}: {:.2f} ms\n", page.size(), seconds_since(start) * 1'000);
    const auto numbers = checked(reader->statistics());
    fmt::print("{} bytes on disk for {} sagas\n", numbers.bytes_on_disk, number - 1);
}
