#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/kafka/producer.hpp"
#include "tests/adapters/kafka/awaited.hpp"
#include "tests/adapters/kafka/mock_cluster.hpp"

namespace makegood::kafka::test {

struct dead_letter {
    message_position position;
    message content;
    std::string error;
    message_position settled_before;  // what had been told as settled until then
};

struct told {
    message_position settled = 0;
    std::vector<dead_letter> dead_letters;
    std::size_t not_kept = 0;         // dead letters that came when they could not be,
    std::size_t not_kept_wanted = 0;  // and how many are to
};

// A producer and what it has told. The test's thread offers.
class running_producer {
public:
    explicit running_producer(producer_options options) {
        options.pause_min = duration(5);
        options.pause_max = duration(50);
        auto opened = producer::open(
            std::move(options),
            {
                .settled =
                    [this](message_position position) {
                        told_.change([&](told& all) {
                            all.settled = std::max(all.settled, position);
                        });
                    },
                .refused =
                    [this](message_position position, message& content, const std::string& error) {
                        bool kept = false;
                        told_.change([&](told& all) {
                            kept = all.not_kept >= all.not_kept_wanted;
                            if (!kept) {
                                ++all.not_kept;
                                return;
                            }
                            all.dead_letters.push_back(
                                {position, std::move(content), error, all.settled}
                            );
                        });
                        return kept;
                    },
            }
        );
        REQUIRE(opened.has_value());
        producer_ = std::move(*opened);
    }
    explicit running_producer(settings_map settings)
        : running_producer(producer_options{.settings = std::move(settings)}) {}

    // Messages of the next positions, each with its own number as value, keys in turn.
    void send(std::size_t count, std::size_t keys, std::string_view topic = "events") {
        for (std::size_t i = 0; i < count; ++i)
            send_one("key-" + std::to_string((last_ + 1) % keys), topic);
    }
    void send_one(std::string key, std::string_view topic = "events", std::string padding = {}) {
        message next{
            std::string(topic), std::move(key), std::to_string(last_ + 1) + std::move(padding), {}};
        REQUIRE(producer_->offer(++last_, next) == producer::offered::taken);
    }
    producer::offered offer(message& what) {
        const producer::offered outcome = producer_->offer(last_ + 1, what);
        if (outcome == producer::offered::taken) ++last_;
        return outcome;
    }

    told until_all_settled() {
        return told_.until([&](const told& all) { return all.settled == last_; });
    }
    told until_settled(message_position position) {
        return told_.until([&](const told& all) { return all.settled >= position; });
    }
    told until_not_kept(std::size_t times) {
        return told_.until([&](const told& all) { return all.not_kept >= times; });
    }
    void keep_not(std::size_t times) {
        told_.change([&](told& all) { all.not_kept_wanted = times; });
    }
    told now() { return told_.now(); }
    [[nodiscard]] producer_statistics statistics() const { return producer_->statistics(); }
    [[nodiscard]] std::uint64_t errors(const std::string& name) const {
        const auto errors = statistics().errors;
        const auto found = errors.find(name);
        return found == errors.end() ? 0 : found->second;
    }

private:
    awaited<told> told_;
    message_position last_ = 0;
    std::unique_ptr<producer> producer_;  // last: it tells until it is gone
};

}  // namespace makegood::kafka::test
