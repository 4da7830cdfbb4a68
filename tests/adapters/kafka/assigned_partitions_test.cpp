#include "adapters/kafka/assigned_partitions.hpp"

#include <catch2/catch.hpp>

using namespace makegood::kafka;

namespace {

const topic_partition first{"commands", 0};
const topic_partition second{"commands", 1};
using offsets = std::vector<partition_offset>;

struct two_partitions : assigned_partitions {
    two_partitions() {
        assign(first);
        assign(second);
    }
    receipt take(const topic_partition& from, std::int64_t offset) {
        const auto proof = receive(from, offset);
        REQUIRE(proof);
        return *proof;
    }
};

}  // namespace

TEST_CASE("an offset may be committed when all before it are finished") {
    two_partitions ours;
    const receipt tenth = ours.take(first, 10);
    const receipt eleventh = ours.take(first, 11);
    const receipt fourteenth = ours.take(first, 14);  // what lies between was never a message
    CHECK(ours.finish(eleventh));
    CHECK(ours.finish(fourteenth));
    CHECK(ours.to_commit().empty());
    CHECK(ours.unfinished() == 1);
    CHECK(ours.finish(tenth));
    CHECK(ours.to_commit() == offsets{{first, 15}});
    CHECK(ours.unfinished() == 0);
}

TEST_CASE("partitions do not wait for each other") {
    two_partitions ours;
    static_cast<void>(ours.take(first, 0));
    CHECK(ours.finish(ours.take(second, 0)));
    CHECK(ours.to_commit() == offsets{{second, 1}});
}

TEST_CASE("what was asked for is not asked for again, unless it failed") {
    two_partitions ours;
    CHECK(ours.finish(ours.take(first, 0)));
    CHECK(ours.to_commit() == offsets{{first, 1}});
    CHECK(ours.to_commit().empty());
    ours.commit_failed();
    CHECK(ours.to_commit() == offsets{{first, 1}});
}

TEST_CASE("what is unfinished is known in bytes too, of the partitions that are ours") {
    assigned_partitions ours;
    ours.assign(first);
    ours.assign(second);
    const auto early = ours.receive(first, 1, 100);
    const auto late = ours.receive(first, 2, 20);
    REQUIRE(ours.receive(second, 1, 3));
    CHECK(ours.unfinished_bytes() == 123);
    CHECK(ours.finish(*late));
    CHECK(ours.unfinished_bytes() == 103);
    CHECK(ours.finish(*early));
    CHECK(ours.unfinished_bytes() == 3);
    ours.revoke(second);
    CHECK(ours.unfinished_bytes() == 0);
}

TEST_CASE("a receipt of a partition that was taken away finishes nothing") {
    two_partitions ours;
    const receipt before = ours.take(first, 0);
    ours.revoke(first);
    CHECK(ours.unfinished() == 0);
    CHECK_FALSE(ours.finish(before));
    CHECK_FALSE(ours.receive(first, 0));
    ours.assign(first);
    const receipt after = ours.take(first, 0);
    CHECK_FALSE(ours.finish(before));
    CHECK(ours.to_commit().empty());
    CHECK(ours.finish(after));
    CHECK(ours.to_commit() == offsets{{first, 1}});
}

TEST_CASE("a position that was set back begins anew, and nothing is left out") {
    two_partitions ours;
    CHECK(ours.finish(ours.take(first, 6)));
    const receipt before = ours.take(first, 7);
    const receipt other = ours.take(second, 3);
    CHECK(ours.to_commit() == offsets{{first, 7}});
    // As of a topic that was made anew while we read it.
    const receipt again = ours.take(first, 0);
    CHECK(ours.unfinished() == 2);
    CHECK_FALSE(ours.finish(before));
    CHECK(ours.finish(again));
    CHECK(ours.to_commit() == offsets{{first, 1}});
    CHECK(ours.finish(ours.take(first, 1)));
    CHECK(ours.finish(other));
    CHECK(ours.to_commit() == offsets{{first, 2}, {second, 4}});
    CHECK(ours.unfinished() == 0);
}
