#include "adapters/kafka/producer.hpp"

#include <algorithm>
#include <utility>

#include "adapters/kafka/log_bridge.hpp"
#include "engine/assert.hpp"

namespace makegood::kafka {

namespace {

std::optional<steady_instant> earlier_of(
    std::optional<steady_instant> one, std::optional<steady_instant> other
) {
    if (!one || !other) return one ? one : other;
    return std::min(*one, *other);
}

}  // namespace

result_or<std::unique_ptr<producer>, settings_problem> producer::open(
    producer_options options, producer_listener listener
) {
    ASSERT(options.messages_max > 0 && options.pause_min.count() > 0);
    ASSERT(listener.settled && listener.refused);
    std::unique_ptr<producer> opened(new producer(std::move(options), std::move(listener)));
    auto client = producer_client::make({opened->options_.settings}, opened->wake_up_);
    if (!client) return client.error();
    opened->client_ = std::move(*client);
    opened->thread_ = std::thread([raw = opened.get()] { raw->run(); });
    return opened;
}

producer::producer(producer_options options, producer_listener listener)
    : options_(std::move(options)), listener_(std::move(listener)), pause_(options_.pause_min) {}

producer::~producer() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    wake_up_.signal();
    thread_.join();
}

producer::offered producer::offer(message_position position, message& offered_message) {
    const std::size_t bytes = offered_message.bytes();
    {
        const std::lock_guard lock(mutex_);
        const bool has_room = statistics_.messages < options_.messages_max
                              && statistics_.bytes + bytes <= options_.bytes_max;
        if (!has_room && statistics_.messages > 0) return offered::full;
        ++statistics_.messages;
        statistics_.bytes += bytes;
        offers_.push_back({position, {.content = std::move(offered_message), .bytes = bytes}});
        if (offers_.size() > 1) return offered::taken;  // the thread has been woken
    }
    wake_up_.signal();
    return offered::taken;
}

producer_statistics producer::statistics() const {
    const std::lock_guard lock(mutex_);
    return statistics_;
}

void producer::run() noexcept {
    while (true) {
        wake_up_.wait(earlier_of(renews_at_, keeps_again_at_));
        {
            const std::lock_guard lock(mutex_);
            if (ends_) break;
        }
        take_offers();
        if (keeps_again_at_ && *keeps_again_at_ <= steady_now()) keep_again();
        if (renews_at_ && *renews_at_ <= steady_now()) renew_client();
        if (!client_) continue;
        serve();
        if (!client_ends_) send_new();
        if (!client_ends_ && all_went_alone()) client_ends_ = goes_on::at_once;
        if (client_ends_) end_client(*client_ends_);
    }
    client_.reset();  // before the messages that it still points to
}

void producer::take_offers() {
    std::deque<offer_in_queue> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(offers_);
    }
    for (offer_in_queue& each : taken)
        under_way_.push(each.position, std::move(each.item));
}

void producer::serve() {
    const producer_client::news news = client_->serve();
    for (const delivery& each : news.deliveries)
        settle(each);
    {
        const std::lock_guard lock(mutex_);
        for (const std::string& error : news.errors)
            ++statistics_.errors[error];
        statistics_.transmissions = transmissions_of_lost_clients_ + client_->transmissions();
    }
    tell_settled();
    if (!client_ends_ && client_->end()) client_ends_ = goes_on::after_pause;
}

// The broker has it, or will never take it.
bool producer::is_done_with(const window::entry& which) {
    return which.finished || !which.item.refusal.empty();
}

// Messages may travel together again.
bool producer::all_went_alone() {
    if (!alone_until_) return false;
    std::size_t first = 0;  // that is still to be sent
    while (first < under_way_.size() && is_done_with(under_way_.at(first)))
        ++first;
    return first == under_way_.size() || *alone_until_ < under_way_.at(first).position;
}

// One that is held, or was refused in company, stays unfinished: the next client sends it again.
void producer::settle(const delivery& what) {
    window::entry* found = under_way_.find(what.position);
    ASSERT(found != nullptr && !found->finished);
    if (what.what == delivery::outcome::acknowledged) {
        found->finished = true;
        const std::lock_guard lock(mutex_);
        ++statistics_.acknowledged;
        return;
    }
    if (what.what == delivery::outcome::held) {
        if (!client_ends_) client_ends_ = goes_on::after_pause;
        if (what.error.empty()) return;
        const std::lock_guard lock(mutex_);
        ++statistics_.errors[what.error];
        return;
    }
    client_ends_ = goes_on::at_once;
    if (alone_until_) return refuse(*found, what.error);
    refused_in_company_ = std::max(refused_in_company_.value_or(what.position), what.position);
    const std::lock_guard lock(mutex_);
    ++statistics_.errors[what.error];
}

void producer::refuse(window::entry& which, const std::string& error) {
    {
        const std::lock_guard lock(mutex_);
        ++statistics_.errors[error];
    }
    which.item.refusal = error;
    static_cast<void>(keep(which));
}

// One that is not kept stays at the front of what can be settled.
bool producer::keep(window::entry& refused) {
    if (!listener_.refused(refused.position, refused.item.content, refused.item.refusal)) {
        keeps_again_at_ = steady_now() + options_.pause_max;
        return false;
    }
    refused.finished = true;
    const std::lock_guard lock(mutex_);
    ++statistics_.refused;
    return true;
}

// Where one cannot be kept, the next one cannot either.
void producer::keep_again() {
    keeps_again_at_.reset();
    for (std::size_t i = 0; i < under_way_.size(); ++i) {
        window::entry& each = under_way_.at(i);
        const bool is_to_be_kept = !each.finished && !each.item.refusal.empty();
        if (is_to_be_kept && !keep(each)) break;
    }
    tell_settled();
}

void producer::send_new() {
    for (; sent_ < under_way_.size(); ++sent_) {
        window::entry& next = under_way_.at(sent_);
        if (is_done_with(next)) continue;
        if (alone_until_ && *alone_until_ < next.position) break;
        const std::optional<delivery> failed = client_->send(next.position, next.item.content);
        if (!failed) continue;
        // Nobody else's fault: it has not met any other message yet.
        if (failed->what == delivery::outcome::refused) {
            refuse(next, failed->error);
            continue;
        }
        settle(*failed);
        break;
    }
    tell_settled();
}

void producer::tell_settled() {
    std::size_t messages = 0;
    std::size_t bytes = 0;
    const auto settled = under_way_.drop_prefix([&](const window::entry& each) {
        ++messages;
        bytes += each.item.bytes;
    });
    if (!settled) return;
    pause_ = options_.pause_min;
    sent_ -= std::min(sent_, messages);
    {
        const std::lock_guard lock(mutex_);
        statistics_.messages -= messages;
        statistics_.bytes -= bytes;
    }
    listener_.settled(*settled);
}

// What it says until it is empty tells why it failed.
void producer::end_client(goes_on when) {
    client_->stop();
    if (client_->outstanding() == 0) lose_client(when);
}

void producer::lose_client(goes_on when) {
    if (const auto error = client_->end()) {
        const std::lock_guard lock(mutex_);
        ++statistics_.errors[*error];
    }
    transmissions_of_lost_clients_ += client_->transmissions();
    client_.reset();
    client_ends_.reset();
    sent_ = 0;
    if (all_went_alone()) alone_until_.reset();
    if (refused_in_company_) alone_until_ = std::exchange(refused_in_company_, {});
    renews_at_ = steady_now();
    if (when == goes_on::at_once) return;
    *renews_at_ += pause_;
    pause_ = std::min(pause_ * 2, options_.pause_max);
}

void producer::renew_client() {
    auto made = producer_client::make({options_.settings, alone_until_.has_value()}, wake_up_);
    if (!made) {  // the settings were right once: a file or a resource is missing
        log_line(3, "producer", made.error().detail);
        renews_at_ = steady_now() + options_.pause_max;
        return;
    }
    client_ = std::move(*made);
    renews_at_.reset();
    const std::lock_guard lock(mutex_);
    ++statistics_.renewals;
}

}  // namespace makegood::kafka
