#include "simulation/lossy_files.hpp"

#include <catch2/catch.hpp>

#include "sagas/registry.hpp"
#include "simulation/sqlite_disk.hpp"

using namespace makegood;
using namespace makegood::simulation;

TEST_CASE("what was synced survives, what was only written may be kept, dropped or torn") {
    chance luck(1);
    lossy_file file("before");
    file.write(0, "after!");
    file.sync();
    file.write(6, std::string(4 * 512, 'x'));
    bool torn = false;
    for (int i = 0; i < 100; ++i) {
        const std::string left = file.after_power_loss(luck);
        REQUIRE(left.substr(0, 6) == "after!");
        const auto kept = std::count(left.begin(), left.end(), 'x');
        CHECK(kept % 512 == 0);
        torn |= kept > 0 && kept < 4 * 512;
    }
    CHECK(torn);
}

TEST_CASE("after a sync that failed a later one does not save what was lost") {
    bool lost = false;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        chance luck(seed);
        lossy_file file({});
        file.write(0, "first");
        file.fail_sync(luck);
        file.sync();
        lost |= file.after_power_loss(luck).empty();
    }
    CHECK(lost);
}

TEST_CASE("a store that died is opened again with all that had been committed") {
    const definition_registry registry = make_registry({});
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        sqlite_disk disk(registry, seed);
        auto writer = disk.open_writer();
        const batch proof;
        for (int i = 0; i < 5; ++i)
            REQUIRE(writer->commit(proof).has_value());
        disk.die();
        CHECK(disk.open_writer()->commit(proof).has_value());
        // Whoever was left behind writes where nobody looks any more.
        static_cast<void>(writer->commit(proof));
        CHECK(disk.open_reader()->unfinished().has_value());
    }
}
