#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "statestore/codec.hpp"
#include "statestore/memory/store.hpp"
#include "statestore/sqlite/store.hpp"
#include "tests/statestore/toy.hpp"

// The stores that implement the journal port (engine/ports/journal.hpp), each opened empty.
namespace makegood::statestore {

class memory_fixture {
public:
    explicit memory_fixture(const definition_registry& registry) : store_(registry) {}
    std::unique_ptr<journal_writer> writer() { return store_.open_writer(); }
    std::unique_ptr<journal_reader> reader() { return store_.open_reader(); }

private:
    memory_store store_;
};

class sqlite_fixture {
public:
    explicit sqlite_fixture(const definition_registry& registry) : registry_(registry) {}
    std::unique_ptr<journal_writer> writer() {
        auto opened = sqlite_writer::open(file());
        REQUIRE(opened);
        return std::move(*opened);
    }
    std::unique_ptr<journal_reader> reader() {
        auto opened = sqlite_reader::open(file(), registry_);
        REQUIRE(opened);
        return std::move(*opened);
    }

private:
    std::filesystem::path file() const { return folder_.path() / "lane-0.db"; }

    const definition_registry& registry_;
    toy::temporary_folder folder_;
};

template <class Fixture>
struct opened_store {
    definition_registry registry = toy::make_registry();
    Fixture fixture{registry};
    std::unique_ptr<journal_writer> writer = fixture.writer();
    std::unique_ptr<journal_reader> reader = fixture.reader();

    commit_receipt commit(std::vector<saga_commit> sagas) {
        auto receipt = writer->commit(toy::batch_of(std::move(sagas)));
        if (!receipt) FAIL(receipt.error().detail);
        return std::move(*receipt);
    }
    store_errc commit_error(std::vector<saga_commit> sagas) {
        const auto receipt = writer->commit(toy::batch_of(std::move(sagas)));
        REQUIRE_FALSE(receipt);
        REQUIRE_FALSE(receipt.error().detail.empty());
        return receipt.error().code;
    }
    // Which sagas went, in the order of their ids.
    std::vector<saga_id> prune_all(instant ended_before) {
        std::vector<saga_id> gone;
        for (bool more = true; more;) {
            const auto step = writer->prune(ended_before, 10);
            if (!step) FAIL(step.error().detail);
            REQUIRE(step->damaged.empty());
            for (const pruned_saga& each : step->sagas)
                gone.push_back(each.id);
            more = step->more;
        }
        std::sort(gone.begin(), gone.end());
        return gone;
    }
    bool knows(const saga_id& id) {
        const auto found = reader->load(id);
        if (!found) REQUIRE(found.error().code == store_errc::not_found);
        return found.has_value();
    }
    std::vector<saga_id> list(saga_query query) {
        if (query.saga == "checkout") query.saga = "toy";
        const auto page = reader->list(query);
        if (!page) FAIL(page.error().detail);
        std::vector<saga_id> ids;
        for (const saga_record& saga : page->items)
            ids.push_back(saga.id);
        return ids;
    }
};

using ids = std::vector<saga_id>;

}  // namespace makegood::statestore

#define FOR_EACH_STORE(name)                                                                       \
    TEMPLATE_TEST_CASE(                                                                            \
        name, "[port]", makegood::statestore::memory_fixture, makegood::statestore::sqlite_fixture \
    )
