#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <future>
#include <set>

#include "adapters/clock/entropy.hpp"
#include "adapters/lane/committer.hpp"
#include "adapters/lane/concurrency_limit.hpp"
#include "adapters/lane/partition_map.hpp"
#include "adapters/lane/start_limiter.hpp"
#include "adapters/lane/until_told.hpp"
#include "adapters/lane/wait_list.hpp"

using namespace makegood;
using std::chrono::milliseconds;

namespace {

const saga_id first = *saga_id::parse("chk_00000000000000000000000001");
const saga_id second = *saga_id::parse("chk_00000000000000000000000002");
constexpr steady_instant start{std::chrono::hours{1}};

boost::asio::awaitable<int> told_later(continuation<int>& kept) {
    auto telling = until_told<int>([&kept](continuation<int> done) { kept = std::move(done); });
    co_return co_await std::move(telling);
}

// How a coroutine that waited to be told has ended.
struct told_end {
    bool ended = false;
    std::exception_ptr thrown;
    int value = 0;
};

// Has two batches of old keys and two of old sagas; the first one waits until it is let go.
class forgetting_writer final : public journal_writer {
public:
    store_result<commit_receipt> commit(const batch&) override {
        order.emplace_back("commit");
        return commit_receipt{};
    }
    store_result<std::uint64_t> forget_keys(instant) override {
        order.emplace_back("forget");
        if (++forgets_ > 1) return forgets_ == 2 ? 10 : 0;
        begun.set_value();
        let_go.get_future().wait();
        return 1'000;
    }

    store_result<pruning> prune(instant ended_before, std::size_t at_most) override {
        order.emplace_back("prune");
        CHECK(ended_before == instant{milliseconds{7}});
        CHECK(at_most > 0);
        const bool is_first = order.back() != order.at(order.size() - 2);
        // The first ones all have to stay, which is not the end.
        if (is_first) return pruning{{}, {}, true};
        return pruning{{{first, saga_status::completed}}, {"a damaged one"}, false};
    }

    store_result<void> events_were_sent(outbox_position) override { return {}; }
    store_result<std::uint64_t> drop_events(instant committed_before, droppable_events which)
        override {
        order.emplace_back("drop");
        CHECK(committed_before == instant{milliseconds{9}});
        CHECK(which == droppable_events::all);
        return ++drops_ == 1 ? 5 : 0;
    }

    std::promise<void> begun;
    std::promise<void> let_go;
    std::vector<std::string> order;  // of the calls; the writer's thread only, until it has ended

private:
    int forgets_ = 0;
    int drops_ = 0;
};

// Fails the first time that it is to note what was sent.
class noting_writer final : public journal_writer {
public:
    store_result<commit_receipt> commit(const batch&) override { return commit_receipt{}; }
    store_result<std::uint64_t> forget_keys(instant) override { return 0; }
    store_result<pruning> prune(instant, std::size_t) override { return pruning{}; }
    store_result<void> events_were_sent(outbox_position up_to) override {
        asked.push_back(up_to);
        if (asked.size() == 1) return store_error{store_errc::full, "no room"};
        if (asked.size() == 2) noted_3.set_value();
        return {};
    }
    store_result<std::uint64_t> drop_events(instant, droppable_events) override { return 0; }

    std::promise<void> noted_3;
    std::vector<outbox_position> asked;  // the writer's thread only, until it has ended
};

}  // namespace

TEST_CASE("waiters are handed out once: by their saga, or when their time has come") {
    wait_list waits;
    CHECK(waits.next() == steady_instant::max());
    waits.add({first, false, {}}, start + milliseconds{30});
    waits.add({first, true, {}}, start + milliseconds{10});
    waits.add({second, false, {}}, start + milliseconds{20});
    CHECK(waits.next() == start + milliseconds{10});

    const auto due = waits.take_due(start + milliseconds{10});
    REQUIRE(due.size() == 1);
    CHECK(due[0].id == first);
    CHECK(due[0].replayed);
    CHECK(waits.take_of(first).size() == 1);
    CHECK(waits.take_of(first).empty());
    CHECK(waits.size() == 1);
    CHECK(waits.take_all().size() == 1);
    CHECK(waits.take_of(second).empty());
}

TEST_CASE("a coroutine that waits is resumed once: told, or cancelled where it waits") {
    boost::asio::io_context io{1};
    boost::asio::cancellation_signal cut;
    continuation<int> tell;
    told_end end;
    const auto note = [&end](std::exception_ptr thrown, int value) {
        CHECK_FALSE(end.ended);
        end = {true, std::move(thrown), value};
    };
    boost::asio::co_spawn(
        io, told_later(tell), boost::asio::bind_cancellation_slot(cut.slot(), note)
    );
    io.poll();
    REQUIRE(static_cast<bool>(tell));
    SECTION("told, and cancelled too late") {
        tell(7);
        cut.emit(boost::asio::cancellation_type::terminal);
        io.restart();
        io.poll();
        CHECK(end.value == 7);
    }
    SECTION("cancelled, and told too late") {
        cut.emit(boost::asio::cancellation_type::terminal);
        io.restart();
        io.poll();
        CHECK(end.thrown != nullptr);
        tell(7);
        io.restart();
        io.poll();
    }
    CHECK(end.ended);
}

TEST_CASE("a commit goes between two batches of what is dropped") {
    forgetting_writer writer;
    std::promise<void> cleaned;
    std::promise<void> committed;
    std::uint64_t keys = 0;
    std::uint64_t events = 0;
    std::vector<saga_id> sagas;
    std::vector<std::string> damaged;
    {
        committer commits(writer);
        const committer::cleaning wanted{
            instant{milliseconds{9}}, droppable_events::all, never, instant{milliseconds{7}}};
        commits.clean(wanted, [&](store_result<committer::cleaned> step) {
            keys += step->keys;
            events += step->events;
            for (const pruned_saga& each : step->sagas.sagas)
                sagas.push_back(each.id);
            damaged.insert(damaged.end(), step->sagas.damaged.begin(), step->sagas.damaged.end());
            if (step->done) cleaned.set_value();
        });
        writer.begun.get_future().wait();
        const batch nothing;
        commits.commit(nothing, [&](commit_outcome) { committed.set_value(); });
        writer.let_go.set_value();
        committed.get_future().wait();
        cleaned.get_future().wait();
    }
    CHECK(keys == 1'010);
    CHECK(events == 5);
    CHECK(sagas == std::vector{first});
    CHECK(damaged.size() == 1);
    const std::vector<std::string> order{"drop",   "drop",   "forget", "commit",
                                         "forget", "forget", "prune",  "prune"};
    CHECK(writer.order == order);
}

TEST_CASE("what was sent is noted: again after a failure, the highest, and before the end") {
    noting_writer writer;
    {
        committer commits(writer);
        commits.events_were_sent(3);
        commits.events_were_sent(2);
        writer.noted_3.get_future().wait();
        commits.events_were_sent(7);
        commits.events_were_sent(9);
    }
    CHECK(writer.asked.at(0) == 3);
    CHECK(writer.asked.at(1) == 3);
    CHECK(std::is_sorted(writer.asked.begin(), writer.asked.end()));
    CHECK(writer.asked.back() == 9);
}

TEST_CASE("a customer may start a burst, then as many as the bucket fills") {
    start_limiter limiter({.per_second = 2, .burst = 3});
    const customer_id greedy("cus_1");
    for (int count = 0; count < 3; ++count)
        CHECK_FALSE(limiter.admit(greedy, start).has_value());
    CHECK(limiter.admit(greedy, start) == milliseconds{500});
    CHECK(limiter.admit(greedy, start + milliseconds{200}) == milliseconds{300});
    CHECK_FALSE(limiter.admit(customer_id("cus_2"), start).has_value());
    CHECK_FALSE(limiter.admit(greedy, start + milliseconds{500}).has_value());
}

TEST_CASE("forgetting full buckets gives nobody more than the burst") {
    start_limiter limiter({.per_second = 1, .burst = 1});
    const customer_id steady("cus_steady");
    CHECK_FALSE(limiter.admit(steady, start).has_value());
    for (int count = 0; count < 25'000; ++count) {
        const customer_id other("cus_" + std::to_string(count));
        CHECK_FALSE(limiter.admit(other, start).has_value());
    }
    CHECK(limiter.admit(steady, start).has_value());
}

TEST_CASE("partitions are dealt out evenly and in runs") {
    const partition_map owners(3);
    std::array<std::size_t, 3> counts{};
    for (std::size_t which = 0; which < partitions_count; ++which) {
        const std::size_t lane = owners.lane_of(static_cast<partition>(which));
        ++counts.at(lane);
        if (which > 0) CHECK(lane >= owners.lane_of(static_cast<partition>(which - 1)));
    }
    CHECK(
        *std::max_element(counts.begin(), counts.end())
        <= *std::min_element(counts.begin(), counts.end()) + 1
    );
}

TEST_CASE("entropy does not repeat itself over its refills") {
    entropy source;
    std::set<std::array<std::uint8_t, 9>> seen;
    for (int count = 0; count < 10'000; ++count)
        seen.insert(source.take<9>());
    CHECK(seen.size() == 10'000);
}

TEST_CASE("so many sagas are admitted as their starts do not wait for") {
    concurrency_limit limit({.least = 10, .most = 1'000});
    CHECK(limit.admits(999));
    CHECK_FALSE(limit.admits(1'000));

    limit.start_was_durable(milliseconds{500}, start, 400);
    CHECK(limit.limit() == 360);
    // What waited meanwhile had been admitted before.
    limit.start_was_durable(milliseconds{500}, start + milliseconds{1}, 400);
    CHECK(limit.limit() == 360);
    limit.start_was_durable(milliseconds{500}, start + milliseconds{500}, 360);
    CHECK(limit.limit() == 324);

    // Idle, nothing is learnt; in use, one more is dared with each start.
    limit.start_was_durable(milliseconds{1}, start + milliseconds{900}, 5);
    CHECK(limit.limit() == 324);
    for (std::size_t i = 0; i < 2'000; ++i) {
        limit.start_was_durable(milliseconds{1}, start + milliseconds{900}, limit.limit());
    }
    CHECK(limit.limit() == 1'000);
}

TEST_CASE("few sagas are never too many, and a slow disk alone is no overload") {
    concurrency_limit limit({.least = 10, .most = 1'000});
    for (int i = 0; i < 100; ++i) {
        limit.start_was_durable(milliseconds{5'000}, start + std::chrono::minutes{i}, 11);
    }
    CHECK(limit.limit() == 10);

    // A pause of the machine while next to nothing is under way.
    concurrency_limit calm({.least = 10, .most = 1'000});
    calm.start_was_durable(milliseconds{5'000}, start, 9);
    CHECK(calm.limit() == 1'000);

    concurrency_limit patient({.least = 10, .most = 1'000});
    for (int i = 0; i < 100; ++i)
        patient.commit_took(milliseconds{400});
    patient.start_was_durable(milliseconds{800}, start, 900);
    CHECK(patient.limit() == 1'000);
    patient.start_was_durable(milliseconds{4'000}, start, 900);
    CHECK(patient.limit() == 810);
}
