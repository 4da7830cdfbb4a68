// Sends and reads events of a real broker for broker_test.py: the producer and the consumer in a
// process of their own.
//   event_pump send BOOTSTRAP TOPIC    reads counts on its input, sends that many events, and says
//   the
//                                      highest settled position, one a line, whenever it grows
//   event_pump read BOOTSTRAP TOPIC N  prints key and number of events as they come, until it has
//   seen N
//                                      different ones
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "adapters/kafka/consumer.hpp"
#include "adapters/kafka/event_message.hpp"
#include "adapters/kafka/producer.hpp"

using namespace makegood;
using namespace makegood::kafka;

namespace {

constexpr std::size_t keys = 50;

settings_map settings_for(const std::string& bootstrap) {
    return {{"bootstrap.servers", bootstrap}, {"reconnect.backoff.max.ms", "200"}};
}

message numbered_event(message_position position, const std::string& topic) {
    const std::string number = std::to_string(position);
    return encode(
        {.id = number,
         .source = "/event_pump",
         .type = "test.numbered",
         .subject = {},
         .time = {},
         .partition_key = "key-" + std::to_string(position % keys),
         .traceparent = {},
         .data = number},
        content_mode::structured, topic
    );
}

int send(const std::string& bootstrap, const std::string& topic) {
    std::mutex mutex;
    std::condition_variable room;
    auto opened = producer::open(
        {.settings = settings_for(bootstrap)},
        {.settled =
             [&](message_position position) {
                 const std::lock_guard lock(mutex);
                 std::cout << position << std::endl;
                 room.notify_one();
             },
         .refused =
             [](message_position position, message&, const std::string& error) {
                 std::cout << "refused " << position << ' ' << error << std::endl;
                 return true;
             }}
    );
    if (!opened) {
        std::cerr << opened.error().detail << '\n';
        return 1;
    }
    message_position last = 0;
    for (std::size_t count = 0; std::cin >> count;) {
        for (; count > 0; --count) {
            message next = numbered_event(++last, topic);
            std::unique_lock lock(mutex);
            room.wait(lock, [&] {
                return (*opened)->offer(last, next) == producer::offered::taken;
            });
        }
    }
    return 0;
}

int read(const std::string& bootstrap, const std::string& topic, std::size_t count) {
    settings_map settings = settings_for(bootstrap);
    settings["group.id"] = "event_pump";
    std::mutex mutex;
    std::condition_variable one_came;
    consumer* reader = nullptr;
    std::set<std::string> known;
    std::unique_lock lock(mutex);  // until the reader is known
    auto opened = consumer::open(
        {.settings = settings, .topics = {topic}},
        {.received =
             [&](message& content, const receipt& proof) {
                 const std::lock_guard inner(mutex);
                 const auto event = decode(content);
                 const std::string number = event ? event->data : event.error().detail;
                 std::cout << content.key << ' ' << number << '\n';
                 known.insert(number);
                 reader->finish(proof);
                 one_came.notify_one();
             }}
    );
    if (!opened) {
        std::cerr << opened.error().detail << '\n';
        return 1;
    }
    reader = opened->get();
    one_came.wait(lock, [&] { return known.size() >= count; });
    lock.unlock();
    opened->reset();
    return 0;
}

}  // namespace

int main(int count, char** words) {
    const std::vector<std::string> given(words + 1, words + count);
    if (given.size() == 3 && given[0] == "send") return send(given[1], given[2]);
    if (given.size() == 4 && given[0] == "read") {
        return read(given[1], given[2], std::stoull(given[3]));
    }
    std::cerr << "usage: event_pump send BOOTSTRAP TOPIC | read BOOTSTRAP TOPIC N\n";
    return 2;
}
