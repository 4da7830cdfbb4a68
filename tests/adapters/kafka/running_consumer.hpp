#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/kafka/consumer.hpp"
#include "tests/adapters/kafka/awaited.hpp"
#include "tests/adapters/kafka/mock_cluster.hpp"

namespace makegood::kafka::test {

struct reception {
    message content;
    receipt proof;
};
using receptions = std::vector<reception>;

// A consumer and what it has received. The test finishes messages, unless it is `eager`.
class running_consumer {
public:
    explicit running_consumer(consumer_options options, bool eager = false) {
        options.pause = duration(20);
        auto opened = consumer::open(
            std::move(options),
            {.received =
                 [this, eager](message& content, const receipt& proof) {
                     all_.change([&](receptions& all) {
                         all.push_back({std::move(content), proof});
                     });
                     if (eager) self_.get()->finish(proof);  // it may come before open() returns
                 }}
        );
        REQUIRE(opened.has_value());
        consumer_ = std::move(*opened);
        is_open_.set_value(consumer_.get());
    }
    running_consumer(settings_map settings, std::string topic, bool eager = false)
        : running_consumer(
            consumer_options{.settings = std::move(settings), .topics = {std::move(topic)}}, eager
        ) {}

    receptions until_received(std::size_t count) {
        return all_.until([&](const receptions& all) { return all.size() >= count; });
    }
    receptions now() { return all_.now(); }
    void finish(const reception& what) { consumer_->finish(what.proof); }
    consumer& operator*() { return *consumer_; }
    consumer* operator->() { return consumer_.get(); }

private:
    awaited<receptions> all_;
    std::promise<consumer*> is_open_;
    std::shared_future<consumer*> self_ = is_open_.get_future().share();
    std::unique_ptr<consumer> consumer_;  // last: it tells until it is gone
};

inline std::vector<std::string> values_of(const receptions& all) {
    std::vector<std::string> values;
    for (const reception& each : all)
        values.push_back(each.content.value);
    return values;
}

}  // namespace makegood::kafka::test
