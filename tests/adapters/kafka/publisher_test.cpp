#include "adapters/kafka/publisher.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/adapters/kafka/awaited.hpp"
#include "tests/adapters/kafka/mock_cluster.hpp"

using namespace makegood;
using namespace makegood::kafka;
using namespace makegood::kafka::test;

namespace {

constexpr int partitions = 4;
constexpr std::string_view topic = "checkout.events";

// What a publisher reads of a store. The test's thread adds to it.
class shelf final : public journal_reader {
public:
    // With as many bytes more of data as wanted.
    void add(std::size_t count, std::size_t padding = 0) {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < count; ++i) {
            const outbox_position position = events_.size() + 1;
            outbox_event event;
            event.type = "checkout.accepted";
            event.saga = saga_id::make("chk", 1'800'000'000'000, partition{0}, bytes_of(position));
            event.sequence = 1;
            event.at = instant{duration{1'800'000'000'000}};
            event.customer = customer_id{"cus_" + std::to_string(position % 20)};
            event.data = R"({"number":)" + std::to_string(position) + "}";
            event.data.insert(event.data.size() - 1, padding, ' ');
            events_.push_back({position, std::move(event)});
        }
    }
    void was_sent(outbox_position up_to) {
        const std::lock_guard lock(mutex_);
        sent_ = up_to;
    }
    void fail(std::size_t times) {
        const std::lock_guard lock(mutex_);
        failures_ = times;
    }

    store_result<std::vector<positioned_event>> events(outbox_position after, std::size_t at_most)
        override {
        const std::lock_guard lock(mutex_);
        if (fails()) return broken;
        std::vector<positioned_event> found;
        for (std::size_t i = after; i < events_.size() && found.size() < at_most; ++i)
            found.push_back(events_[i]);
        return found;
    }
    store_result<outbox_state> outbox() override {
        const std::lock_guard lock(mutex_);
        if (fails()) return broken;
        return outbox_state{events_.size(), sent_, 0};
    }
    store_result<saga_record> load(const saga_id&) override { return broken; }
    store_result<std::vector<journal_entry>> journal(const saga_id&) override { return broken; }
    store_result<saga_page> list(const saga_query&) override { return broken; }
    store_result<std::vector<makegood::wake_up>> unfinished() override { return broken; }
    store_result<store_statistics> statistics() override { return broken; }

private:
    static std::array<std::uint8_t, 9> bytes_of(outbox_position position) {
        std::array<std::uint8_t, 9> bytes{};
        for (std::size_t i = 0; i < 8; ++i)
            bytes[i] = static_cast<std::uint8_t>(position >> (8 * i));
        return bytes;
    }
    bool fails() {
        if (failures_ == 0) return false;
        --failures_;
        return true;
    }

    const store_error broken{store_errc::io, "this shelf was told to fail"};
    std::mutex mutex_;
    std::vector<positioned_event> events_;
    outbox_position sent_ = 0;
    std::size_t failures_ = 0;
};

struct refused_event {
    outbox_position position;
    message content;
    std::string error;
};

class running_publisher {
public:
    running_publisher(
        shelf& events, settings_map settings, content_mode mode = {}, duration gather = duration{1}
    ) {
        publisher_options options{.settings = std::move(settings), .mode = mode};
        options.gather = gather;
        options.read_pause = duration{5};
        options.quiet_max = duration{50};
        publisher_listener told;
        told.sent = [this](outbox_position up_to) {
            sent_.change([&](outbox_position& sent) { sent = up_to; });
        };
        told.refused =
            [this](outbox_position which, const message& refused, const std::string& why) {
                sent_.change([&](outbox_position& sent) { CHECK(sent < which); });
                refused_.push_back(refused_event{which, refused, why});
                return true;
            };
        auto opened = publisher::open(std::move(options), events, std::move(told));
        REQUIRE(opened.has_value());
        publisher_ = std::move(*opened);
    }
    void until_sent(outbox_position up_to) {
        sent_.until([&](outbox_position sent) { return sent >= up_to; });
    }
    void events_came() { publisher_->events_came(); }
    [[nodiscard]] publisher_statistics statistics() const { return publisher_->statistics(); }
    // To be read when all were sent.
    [[nodiscard]] const std::vector<refused_event>& refused() const { return refused_; }

private:
    awaited<outbox_position> sent_;
    std::vector<refused_event> refused_;
    std::unique_ptr<publisher> publisher_;  // last: it tells until it is gone
};

std::uint64_t number_of(const cloud_event& event) {
    return std::stoull(event.data.substr(event.data.find(':') + 1));
}

// The numbers that arrived, once each; each key's in order.
std::set<std::uint64_t> arrived(const mock_cluster& cluster) {
    std::map<std::string, std::uint64_t> last_of_key;
    std::map<std::string, std::uint64_t> number_of_id;
    std::set<std::uint64_t> numbers;
    for (const message& each : cluster.stored(std::string(topic), partitions)) {
        const auto event = decode(each);
        REQUIRE(event.has_value());
        const std::uint64_t number = number_of(*event);
        const auto [known, is_new] = number_of_id.emplace(event->id, number);
        CHECK(known->second == number);
        if (!is_new) continue;
        std::uint64_t& last = last_of_key[each.key];
        CHECK(last < number);
        last = number;
        numbers.insert(number);
    }
    return numbers;
}

}  // namespace

TEST_CASE("events arrive with all that they say, keyed by their customers") {
    mock_cluster cluster;
    cluster.create_topic(std::string(topic), partitions);
    shelf events;
    events.add(3);
    const content_mode mode = GENERATE(content_mode::structured, content_mode::binary);
    running_publisher sender(events, cluster.client_settings(), mode);
    sender.until_sent(3);
    const std::vector<message> stored = cluster.stored(std::string(topic), partitions);
    REQUIRE(stored.size() == 3);
    for (const message& each : stored) {
        const auto read = decode(each);
        REQUIRE(read.has_value());
        const auto kept = events.events(number_of(*read) - 1, 1);
        const outbox_event& given = kept->front().event;
        CHECK(each.key == given.customer.value);
        CHECK(read->id == given.saga.text() + ":1:checkout.accepted");
        CHECK(read->source == "/makegood");
        CHECK(read->type == "checkout.accepted");
        CHECK(read->subject == given.saga.text());
        CHECK(read->time == given.at);
        CHECK(read->partition_key == given.customer.value);
    }
}

TEST_CASE("a publisher ends while it gathers") {
    mock_cluster cluster;
    cluster.create_topic(std::string(topic), partitions);
    shelf events;
    events.add(10);
    running_publisher sender(events, cluster.client_settings(), {}, std::chrono::hours(1));
    sender.until_sent(10);
}

TEST_CASE("a publisher begins behind what was sent, and sends what comes later when it is told") {
    mock_cluster cluster;
    cluster.create_topic(std::string(topic), partitions);
    shelf events;
    events.add(10);
    events.was_sent(7);
    running_publisher sender(events, cluster.client_settings());
    sender.until_sent(10);
    CHECK(arrived(cluster) == std::set<std::uint64_t>{8, 9, 10});
    events.add(2);
    sender.events_came();
    sender.until_sent(12);
    CHECK(arrived(cluster) == std::set<std::uint64_t>{8, 9, 10, 11, 12});
    CHECK(sender.statistics().sent == 12);
}

TEST_CASE("more events than a producer takes wait in the store while the broker is away") {
    mock_cluster cluster;
    cluster.create_topic(std::string(topic), partitions);
    cluster.go_down();
    shelf events;
    events.add(12'000);
    running_publisher sender(events, cluster.client_settings());
    const std::size_t most = producer_options{}.messages_max;
    wait_until([&] { return sender.statistics().producer.messages == most; });
    CHECK(sender.statistics().sent == 0);
    cluster.come_up();
    sender.until_sent(12'000);
    CHECK(arrived(cluster).size() == 12'000);
}

TEST_CASE("what was sent and not noted is sent again by the next publisher, with equal ids") {
    mock_cluster cluster;
    cluster.create_topic(std::string(topic), partitions);
    shelf events;
    events.add(100);
    running_publisher(events, cluster.client_settings()).until_sent(100);
    events.was_sent(60);
    events.add(20);
    running_publisher(events, cluster.client_settings()).until_sent(120);
    CHECK(cluster.stored(std::string(topic), partitions).size() == 160);
    CHECK(arrived(cluster).size() == 120);
}

TEST_CASE("a store that cannot be read is asked again") {
    mock_cluster cluster;
    cluster.create_topic(std::string(topic), partitions);
    shelf events;
    events.add(5);
    events.fail(3);
    running_publisher sender(events, cluster.client_settings());
    sender.until_sent(5);
    events.fail(3);
    events.add(5);
    sender.events_came();
    sender.until_sent(10);
    CHECK(arrived(cluster).size() == 10);
    CHECK(sender.statistics().unread == 6);
}

TEST_CASE("an event that the broker will never take is told of before it is passed by") {
    mock_cluster cluster;
    cluster.create_topic(std::string(topic), partitions);
    shelf events;
    events.add(5);
    events.add(1, 10'000);
    events.add(5);
    settings_map settings = cluster.client_settings();
    settings["message.max.bytes"] = "5000";
    running_publisher sender(events, std::move(settings));
    sender.until_sent(11);
    REQUIRE(sender.refused().size() == 1);
    const refused_event& refused = sender.refused().front();
    CHECK(refused.position == 6);
    CHECK(refused.error == "MSG_SIZE_TOO_LARGE");
    CHECK(number_of(*decode(refused.content)) == 6);
    CHECK(sender.statistics().producer.refused == 1);
    CHECK(arrived(cluster) == std::set<std::uint64_t>{1, 2, 3, 4, 5, 7, 8, 9, 10, 11});
}

TEST_CASE("that no broker takes what waits is an alarm, which ends when one does") {
    mock_cluster cluster;
    cluster.create_topic(std::string(topic), partitions);
    shelf events;
    running_publisher sender(events, cluster.client_settings());
    cluster.go_down();
    events.add(3);
    sender.events_came();
    wait_until([&] { return sender.statistics().stalled; });
    cluster.come_up();
    sender.until_sent(3);
    wait_until([&] { return !sender.statistics().stalled; });
}
