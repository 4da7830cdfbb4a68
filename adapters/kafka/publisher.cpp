#include "adapters/kafka/publisher.hpp"

#include <algorithm>
#include <utility>

#include "adapters/clock/clock.hpp"
#include "adapters/kafka/background.hpp"
#include "adapters/telemetry/log.hpp"
#include "engine/assert.hpp"

namespace makegood::kafka {

result_or<std::unique_ptr<publisher>, settings_problem> publisher::open(
    publisher_options options, journal_reader& events, publisher_listener listener
) {
    ASSERT(
        listener.sent && listener.refused && options.events_read_at_once > 0
        && !options.topic.empty()
    );
    std::unique_ptr<publisher> opened(new publisher(std::move(options), events, std::move(listener))
    );
    const auto made = opened->open_producer();
    if (!made) return made.error();
    opened->thread_ = std::thread([raw = opened.get()] {
        give_way();
        raw->run();
    });
    return opened;
}

result_or<void, settings_problem> publisher::open_producer() {
    producer_listener listener;
    listener.settled = [this](message_position up_to) { settled(up_to); };
    listener.refused = [this](
                           message_position position, const message& refused, const auto& error
                       ) { return listener_.refused(position, refused, error); };
    std::optional<settings_problem> problem;
    run_in_background([&] {
        auto made = producer::open({.settings = options_.settings}, std::move(listener));
        if (made) {
            producer_ = std::move(*made);
        } else {
            problem = made.error();
        }
    });
    if (problem) return *problem;
    return {};
}

publisher::publisher(publisher_options options, journal_reader& events, publisher_listener listener)
    : options_(std::move(options)), listener_(std::move(listener)), events_(events) {}

publisher::~publisher() {
    ends_ = true;
    ending_.signal();
    wake_up_.signal();
    if (thread_.joinable()) thread_.join();
    producer_.reset();  // before what its thread uses
}

void publisher::events_came() {
    wake_up_.signal();
}

publisher_statistics publisher::statistics() const {
    const outbox_position sent = sent_;
    return {
        std::max<outbox_position>(newest_, sent), sent, stalled_, unread_, producer_->statistics()};
}

void publisher::run() noexcept {
    while (!ends_ && !find_beginning())
        wake_up_.wait(steady_now() + options_.read_pause);
    while (!ends_) {
        if (look() && send_some()) continue;
        if (ends_) break;
        sleep();
        gather();
    }
}

bool publisher::find_beginning() {
    const store_result<outbox_state> outbox = events_.outbox();
    if (!outbox) {
        read_failed(outbox.error());
        return false;
    }
    offered_ = outbox->sent;
    sent_ = outbox->sent;
    sent_before_ = outbox->sent;
    return true;
}

// How much there is by now.
bool publisher::look() {
    const store_result<outbox_state> outbox = events_.outbox();
    if (!outbox) {
        read_failed(outbox.error());
        return false;
    }
    newest_ = outbox->newest;
    watch_progress();
    return true;
}

// Whether there is more of what `look` saw: else somebody signals when there is.
bool publisher::send_some() {
    if (offered_ >= newest_) {
        is_failing_ = false;
        return false;
    }
    auto found = events_.events(offered_, options_.events_read_at_once);
    if (!found) {
        read_failed(found.error());
        return false;
    }
    is_failing_ = false;
    const bool found_some = !found->empty();
    send(std::move(*found));
    return found_some && offered_ < newest_;
}

// All are made first: the producer's thread is woken once then, and not for each.
void publisher::send(std::vector<positioned_event> found) {
    std::vector<message> messages;
    messages.reserve(found.size());
    for (positioned_event& each : found) {
        const cloud_event told = cloud_event_of(std::move(each.event), options_.source);
        messages.push_back(encode(told, options_.mode, options_.topic));
    }
    for (std::size_t at = 0; at < found.size(); ++at) {
        while (producer_->offer(found[at].position, messages[at]) == producer::offered::full) {
            sleep();
            if (ends_) return;
            static_cast<void>(look());
        }
        offered_ = found[at].position;
    }
}

// Until events come or some were sent; not for ever while some wait, or the store cannot be read.
void publisher::sleep() {
    if (is_failing_) return wake_up_.wait(steady_now() + options_.read_pause);
    if (newest_ > sent_) return wake_up_.wait(steady_now() + options_.quiet_max);
    wake_up_.wait({});
}

void publisher::gather() {
    ending_.wait(steady_now() + options_.gather);
}

void publisher::watch_progress() {
    const outbox_position sent = sent_;
    const bool waits = newest_ > sent;
    if (sent != sent_before_ || !waits || !waited_before_) moved_at_ = steady_now();
    sent_before_ = sent;
    waited_before_ = waits;
    const bool stalled = waits && steady_now() - moved_at_ >= options_.quiet_max;
    const bool stalled_before = stalled_.exchange(stalled);
    if (stalled && !stalled_before) {
        log(log_level::error,
            std::to_string(newest_ - sent) + " events wait, and the first of them was neither "
                "taken by a broker nor kept elsewhere for "
                + std::to_string(options_.quiet_max.count() / 1'000)
                + " s: checkouts go on, the data folder grows; see to Kafka (kafka.brokers), or to "
                  "the file that this log says cannot be written");
    } else if (stalled_before && !stalled) {
        log(log_level::info, "events are sent again");
    }
    if (listener_.progress) listener_.progress(statistics());
}

void publisher::read_failed(const store_error& error) {
    ++unread_;
    if (!std::exchange(is_failing_, true)) {
        log(log_level::error,
            "events cannot be read and are not sent, trying again: " + error.detail);
    }
}

void publisher::settled(outbox_position up_to) {
    sent_ = up_to;
    listener_.sent(up_to);
    wake_up_.signal();  // there is room again
}

}  // namespace makegood::kafka
