// Ended sagas that are removed after their time.

#include <catch2/catch.hpp>

#include "tests/statestore/archiving_folder.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;

TEST_CASE("what was pruned is in the archive, whole, and nowhere else") {
    shop_folder shop;
    CHECK(shop.prune(2)->sagas.size() == 2);
    CHECK(shop.prune_all(2) == 1);
    CHECK(shop.prune_all(2) == 0);
    for (unsigned number = 0; number < 4; ++number)
        CHECK(shop.is_in_store(*shop.sagas[number]) == (number == 3));
    shop.check_all_is_found();
    CHECK(shop.verified().empty());
    const auto reader = std::move(*sqlite_reader::open(shop.store, shop.registry));
    const auto numbers = reader->statistics();
    REQUIRE(numbers->sagas_by_status.size() == 1);
    CHECK(numbers->sagas_by_status[0].first == "toy running");
    CHECK(numbers->journal_entries == 1);
    SECTION("also after a stop") {
        shop.open();
        CHECK_FALSE(std::filesystem::exists(shop.archive.string() + "-wal"));
        shop.check_all_is_found();
        CHECK(shop.verified().empty());
    }
    SECTION("and the others go on") {
        REQUIRE(shop.writer->commit(batch_of({shop.sagas[3]->works().commit()})));
        CHECK(shop.prune_all(2) == 1);
        shop.check_all_is_found();
        CHECK(shop.verified().empty());
    }
}

TEST_CASE("a crash between the archive and the removal leaves what is moved again") {
    shop_folder shop;
    const toy::folder_image before = toy::image_of(shop.path);
    REQUIRE(shop.prune_all() == 3);
    const toy::folder_image archived = toy::image_of(shop.archive.parent_path());
    shop.writer.reset();
    // The store as it was, and the archive as it is.
    toy::lay_out(before, shop.path);
    toy::lay_out(archived, shop.archive.parent_path());
    CHECK(shop.is_in_store(*shop.sagas[0]));
    CHECK(shop.verified().empty());
    shop.open();
    // Even when something has come to one of them meanwhile.
    shop.sagas[0]->happens(signal_received{"work", true, ""});
    REQUIRE(shop.writer->commit(batch_of({shop.sagas[0]->commit()})));
    CHECK(shop.prune_all() == 3);
    CHECK_FALSE(shop.is_in_store(*shop.sagas[0]));
    shop.check_all_is_found();
    CHECK(shop.verified().empty());
}

TEST_CASE("a saga that had a key is archived with it gone, and verifies") {
    shop_folder shop;
    journey keyed(shop.registry, {.number = 9, .key = "key-9"});
    REQUIRE(shop.writer->commit(batch_of({keyed.works().commit()})));
    CHECK(shop.prune_all() == 3);
    REQUIRE(*shop.writer->forget_keys(never) == 1);
    CHECK(shop.prune_all() == 1);
    CHECK_FALSE(shop.is_in_store(keyed));
    CHECK(shop.verified().empty());
    CHECK((*folder_reader::open(shop.path, shop.registry))->load(keyed.id()).has_value());
}

TEST_CASE("a damaged saga keeps its key, holds up no other's, and is told of by the next step") {
    shop_folder shop;
    journey damaged(shop.registry, {.number = 8, .key = "key-8"});
    journey whole(shop.registry, {.number = 9, .key = "key-9"});
    REQUIRE(shop.writer->commit(batch_of({damaged.works().commit(), whole.works().commit()})));
    shop.change_store(
        "UPDATE starts SET event = x'00' WHERE position = (SELECT start FROM sagas WHERE saga = "
        + shop.key_of(damaged) + ")"
    );
    shop.open();
    CHECK(*shop.writer->forget_keys(never) == 1);
    CHECK(*shop.writer->forget_keys(never) == 0);
    CHECK(shop.prune_all_but({damaged.id()}) == 4);
    CHECK_FALSE(shop.is_in_store(whole));
}

TEST_CASE("one step looks at so many sagas and no more, even if all of them have to stay") {
    shop_folder shop;
    std::vector<std::unique_ptr<journey>> open;
    std::vector<saga_commit> changes;
    for (unsigned number = 100; number < 1'200; ++number) {
        open.push_back(std::make_unique<journey>(shop.registry, toy::saga_facts{.number = number}));
        changes.push_back(open.back()->commit());
    }
    journey last(shop.registry, {.number = 2'000});
    changes.push_back(last.works().commit());
    REQUIRE(shop.writer->commit(batch_of(changes)));
    const pruning first = *shop.prune(10);
    CHECK(first.sagas.size() == 3);
    CHECK(first.more);
    const pruning second = *shop.prune(10);
    REQUIRE(second.sagas.size() == 1);
    CHECK(second.sagas[0].id == last.id());
    CHECK_FALSE(second.more);
}

TEST_CASE("one step removes few sagas when their journals are long") {
    shop_folder shop;
    std::vector<std::unique_ptr<journey>> long_ones;
    for (unsigned number = 10; number < 13; ++number) {
        long_ones.push_back(
            std::make_unique<journey>(shop.registry, toy::saga_facts{.number = number})
        );
        for (int entry = 0; entry < 1'200; ++entry)
            long_ones.back()->fails_once();
        REQUIRE(shop.writer->commit(batch_of({long_ones.back()->works().commit()})));
    }
    CHECK(shop.prune(100)->sagas.size() == 5);
    const pruning rest = *shop.prune(100);
    CHECK(rest.sagas.size() == 1);
    CHECK_FALSE(rest.more);
    CHECK(shop.verified().empty());
}

TEST_CASE("a damaged saga stays, is told of once, and the others go") {
    shop_folder shop;
    const std::string key = shop.key_of(*shop.sagas[1]);
    SECTION("its journal has a gap") {
        shop.change_store("DELETE FROM journal WHERE saga = " + key);
    }
    SECTION("its first entry is missing") {
        shop.change_store(
            "DELETE FROM starts WHERE position = (SELECT start FROM sagas WHERE saga = " + key + ")"
        );
    }
    SECTION("its first entry cannot be decoded") {
        shop.change_store(
            "UPDATE starts SET event = x'00' "
            "WHERE position = (SELECT start FROM sagas WHERE saga = "
            + key + ")"
        );
    }
    SECTION("its record is missing") {
        shop.change_store(
            "DELETE FROM records WHERE position = (SELECT record FROM sagas WHERE saga = " + key
            + ")"
        );
    }
    shop.open();
    const pruning step = *shop.prune(10);
    CHECK(step.sagas.size() == 2);
    REQUIRE(step.damaged.size() == 1);
    CHECK_THAT(step.damaged[0], Catch::Contains(shop.sagas[1]->id().text()));
    CHECK_FALSE(step.more);
    // It is passed by from now on.
    REQUIRE(shop.writer->commit(batch_of({shop.sagas[3]->works().commit()})));
    const pruning next = *shop.prune(10);
    CHECK(next.sagas.size() == 1);
    CHECK(next.damaged.empty());
    CHECK_THAT(shop.verified(), Catch::Contains("lane-0.db"));
}

TEST_CASE("a saga on a damaged page stays, is told of once, and the others go") {
    shop_folder shop;
    // So long that it has pages of its own.
    journey large(shop.registry, {.number = 1'000, .address = std::string(9'000, 'Z')});
    journey after(shop.registry, {.number = 2'000});
    REQUIRE(shop.writer->commit(batch_of({large.works().commit(), after.works().commit()})));
    shop.writer.reset();
    std::string bytes = toy::read_bytes(shop.store);
    const auto own_page = bytes.find(std::string(4'000, 'Z'));
    REQUIRE(own_page != std::string::npos);
    bytes[own_page + 2'000] ^= 1;
    toy::write_bytes(shop.store, bytes);
    shop.options.checked_pages_max = 0;  // else the store would not be opened at all
    shop.open();
    CHECK(shop.prune_all_but({large.id()}) == 4);
    CHECK(shop.prune_all() == 0);
    CHECK_FALSE(shop.is_in_store(after));
}

TEST_CASE("a running saga that has vanished and ends now is damage, and not taken for pruned") {
    shop_folder shop;
    const std::string key = shop.key_of(*shop.sagas[3]);
    shop.change_store(
        "DELETE FROM starts WHERE position = (SELECT start FROM sagas WHERE saga = " + key
        + "); DELETE FROM sagas WHERE saga = " + key
    );
    shop.open();
    const auto lost = shop.writer->commit(batch_of({shop.sagas[3]->works().commit()}));
    REQUIRE_FALSE(lost);
    CHECK(lost.error().code == store_errc::corrupt);
}

TEST_CASE("what has to stay is not read, however damaged it is") {
    shop_folder shop;
    journey parent(shop.registry, {.number = 50});
    journey child(shop.registry, {.number = 50, .saga = "pet"});
    journey keyed(shop.registry, {.number = 51, .key = "key-51"});
    REQUIRE(shop.writer->commit(
        batch_of({parent.works().commit(), child.commit(), keyed.works().commit()})
    ));
    for (const journey* each : {&parent, &keyed})
        shop.change_store("DELETE FROM journal WHERE saga = " + shop.key_of(*each));
    shop.open();
    const pruning step = *shop.prune(10);
    CHECK(step.sagas.size() == 3);
    CHECK(step.damaged.empty());
}

TEST_CASE("what was pruned without an archive is gone, and the store verifies") {
    shop_folder shop;
    shop.options.archives = false;
    shop.open();
    CHECK(shop.prune_all() == 3);
    CHECK_FALSE(std::filesystem::exists(shop.path / archive_folder));
    CHECK(shop.verified().empty());
}
