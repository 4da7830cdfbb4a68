#include "statestore/events_codec.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "statestore/bytes.hpp"
#include "statestore/seal.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;

namespace {

using events = std::vector<outbox_event>;

std::vector<std::string> rows_of(const std::vector<events>& commits) {
    std::vector<saga_commit> changes;
    for (const events& each : commits) {
        changes.emplace_back();
        changes.back().outbox = each;
    }
    std::vector<const saga_commit*> pointers;
    for (const saga_commit& each : changes)
        pointers.push_back(&each);
    std::vector<std::string> rows;
    std::string buffer = "of an earlier use";
    encode_events(pointers, buffer, [&](std::size_t count, std::string_view bytes) {
        rows.emplace_back(bytes);
        const auto decoded = decode_events(bytes);
        if (!decoded) FAIL(decoded.error().detail);
        REQUIRE(decoded->size() == count);
    });
    return rows;
}

outbox_event some_event() {
    return {"toy.sold",   toy::id_of(1),         300, instant{duration{-2}}, customer_id("ann"),
            "00-0a-b7-1", R"({"total":"12999"})"};
}

std::string sealed(std::string body) {
    seal(body, 0);
    return body;
}

// What is decoded at all is what encodes to the same bytes.
void accepts_only_its_own(const std::string& bytes) {
    const auto decoded = decode_events(bytes);
    if (!decoded) return;
    const auto rows = rows_of({*decoded});
    REQUIRE(rows.size() == 1);
    REQUIRE(rows[0] == bytes);
}

}  // namespace

TEST_CASE("events of several sagas come back from one row as they were") {
    outbox_event second = some_event();
    second.saga = toy::id_of(2, "pet");
    second.sequence = ~journal_sequence{0};
    second.at = never;
    outbox_event empty;
    empty.saga = toy::id_of(3);
    const auto rows = rows_of({{}, {some_event(), second}, {}, {empty}});
    REQUIRE(rows.size() == 1);
    CHECK(*decode_events(rows[0]) == events{some_event(), second, empty});
    CHECK(rows_of({{}, {}}).empty());
}

TEST_CASE("a row takes no further event once it is large") {
    outbox_event large = some_event();
    large.data = std::string(events_row_bytes_max / 2, 'x');
    const auto rows = rows_of({{large, large}, {large}, {large, large}});
    REQUIRE(rows.size() == 3);
    CHECK(decode_events(rows[0])->size() == 2);
    CHECK(decode_events(rows[1])->size() == 2);
    CHECK(decode_events(rows[2])->size() == 1);
    CHECK(std::all_of(rows.begin(), rows.end(), [&](const std::string& row) {
        return row.size() < events_row_bytes_max + large.data.size() + 200;
    }));
}

TEST_CASE("no truncation and no flipped bit of a row of events is mistaken for another's bytes") {
    const std::string bytes = rows_of({{some_event(), some_event()}}).at(0);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        REQUIRE_FALSE(decode_events(std::string_view(bytes).substr(0, size)));
        if (size > 0) accepts_only_its_own(sealed(bytes.substr(0, size)));
    }
    REQUIRE_FALSE(decode_events(bytes + '\0'));
    const std::string body = bytes.substr(0, bytes.size() - 4);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        REQUIRE_FALSE(decode_events(flipped));
        if (bit / 8 < body.size()) accepts_only_its_own(sealed(flipped.substr(0, body.size())));
    }
}

TEST_CASE("random bytes never decode to events but what encodes to them") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (unsigned round = 0; round < 20'000; ++round) {
        std::string bytes{'\1'};
        for (auto left = random() % 60; left != 0; --left)
            bytes += static_cast<char>(random());
        accepts_only_its_own(bytes);
        accepts_only_its_own(sealed(bytes));
    }
}

TEST_CASE("damaged events are refused with the place, and a later version's as too new") {
    std::string bytes = rows_of({{some_event()}}).at(0);
    const auto short_of_one = decode_events(sealed(bytes.substr(0, bytes.size() - 5)));
    REQUIRE_FALSE(short_of_one);
    CHECK(short_of_one.error().code == store_errc::corrupt);
    CHECK_THAT(short_of_one.error().detail, Catch::Contains("damaged at byte"));
    CHECK(decode_events(sealed("\1")).error().code == store_errc::corrupt);
    bytes[0] = 2;
    const auto later = decode_events(bytes);
    REQUIRE_FALSE(later);
    CHECK(later.error().code == store_errc::too_new);
    CHECK_THAT(later.error().detail, Catch::Contains("version 2") && Catch::Contains("up to 1"));
}

TEST_CASE("the format of events of version 1 does not change") {
    const auto id = id_bytes(toy::id_of(1));
    const outbox_event each{
        "toy.sold", toy::id_of(1), 300, instant{duration{-2}}, customer_id("ann"), "", "{}"};
    CHECK(
        rows_of({{each}}).at(0)
        == sealed(
            "\1\x08toy.sold" + std::string(id.data(), id.size()) + "\xac\x02\x03\x03"
            + std::string("ann\0\x02{}", 7)
        )
    );
}
