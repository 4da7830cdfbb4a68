#include <catch2/catch.hpp>

#include "tests/engine/workbench.hpp"

using namespace makegood;
using namespace std::chrono_literals;
using test::workbench;

TEST_CASE("many transitions are committed in parts, the oldest first, and a child with its parent"
) {
    workbench bench;
    bench.start("parent");
    bench.settle();
    for (const char* call : {"buy", "pay"}) {
        bench.answer(call, 200);
        bench.settle();
    }
    const auto start_another = [&] {
        bench.now += 1ms;
        return bench.start("k" + std::to_string(bench.now.time_since_epoch().count()));
    };
    for (std::size_t i = 1; i < limits::batch_sagas_max; ++i)
        start_another();
    bench.answer("thank", 200);
    start_another();

    const batch* part = bench.engine->take_batch(bench.now);
    REQUIRE(part != nullptr);
    REQUIRE(part->sagas.size() == limits::batch_sagas_max + 1);
    const saga_record& parent = *part->sagas[limits::batch_sagas_max - 1].saga;
    const saga_record& child = *part->sagas[limits::batch_sagas_max].saga;
    CHECK(parent.status() == saga_status::completed);
    CHECK(child.id == parent.id.with_prefix("chi"));

    bench.engine->commit_failed({store_errc::full, "the disk is full"}, bench.now);
    part = bench.engine->take_batch(bench.now);
    REQUIRE(part != nullptr);
    CHECK(part->sagas.size() == 2);  // nobody was told of the starts
    bench.engine->commit_failed({store_errc::full, "the disk is full"}, bench.now);
    bench.settle();
    CHECK(bench.record(bench.only_saga("chi")).status() == saga_status::running);

    for (std::size_t i = 0; i <= limits::batch_sagas_max; ++i)
        start_another();
    part = bench.engine->take_batch(bench.now);
    REQUIRE(part != nullptr);
    REQUIRE(part->sagas.size() == limits::batch_sagas_max);
    bench.engine->committed({}, bench.now);
    part = bench.engine->take_batch(bench.now);
    REQUIRE(part != nullptr);
    CHECK(part->sagas.size() == 1);
}
