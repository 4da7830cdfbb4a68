#include "adapters/kafka/consumer.hpp"

#include <algorithm>
#include <utility>

#include "adapters/kafka/log_bridge.hpp"
#include "engine/assert.hpp"

namespace makegood::kafka {
namespace {

// The group takes who does not ask for five minutes (max.poll.interval.ms) for dead.
constexpr duration serving_interval_max{10'000};

}  // namespace

result_or<std::unique_ptr<consumer>, settings_problem> consumer::open(
    consumer_options options, consumer_listener listener
) {
    ASSERT(
        !options.topics.empty() && options.unfinished_max > 0 && options.unfinished_bytes_max > 0
        && listener.received
    );
    std::unique_ptr<consumer> opened(new consumer(std::move(options), std::move(listener)));
    auto client = consumer_client::make(
        opened->options_.settings, opened->options_.topics, opened->partitions_, opened->wake_up_
    );
    if (!client) return client.error();
    opened->client_ = std::move(*client);
    opened->thread_ = std::thread([raw = opened.get()] { raw->run(); });
    return opened;
}

consumer::consumer(consumer_options options, consumer_listener listener)
    : options_(std::move(options)), listener_(std::move(listener)) {}

consumer::~consumer() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    wake_up_.signal();
    thread_.join();
}

void consumer::finish(const receipt& finished) {
    {
        const std::lock_guard lock(mutex_);
        finished_.push_back(finished);
        if (finished_.size() > 1) return;  // the thread has been woken
    }
    wake_up_.signal();
}

void consumer::pause() {
    {
        const std::lock_guard lock(mutex_);
        is_paused_ = true;
    }
    wake_up_.signal();
}

void consumer::resume() {
    {
        const std::lock_guard lock(mutex_);
        is_paused_ = false;
    }
    wake_up_.signal();
}

consumer_statistics consumer::statistics() const {
    const std::lock_guard lock(mutex_);
    return statistics_;
}

void consumer::run() noexcept {
    for (bool ends = false; !ends;) {
        wake_up_.wait(next_wake());
        if (renews_at_ && *renews_at_ <= steady_now()) renew_client();
        take_finished();
        if (client_) serve();
        if (client_) receive();
        if (client_) commit();
        const std::lock_guard lock(mutex_);
        ends = ends_;
    }
    if (client_) leave();
}

steady_instant consumer::next_wake() const {
    steady_instant next = steady_now() + serving_interval_max;
    if (commits_again_at_) next = std::min(next, *commits_again_at_);
    if (renews_at_) next = std::min(next, *renews_at_);
    return next;
}

void consumer::take_finished() {
    std::vector<receipt> finished;
    {
        const std::lock_guard lock(mutex_);
        finished.swap(finished_);
    }
    for (const receipt& each : finished)
        partitions_.finish(each);
}

// What is not taken here stays in librdkafka or in Kafka. Every round tries: when messages are left
// behind, whatever makes room for them begins a round.
void consumer::receive() {
    while (!is_paused() && has_room()) {
        std::optional<consumer_client::received> next = client_->next();
        if (!next) break;
        {
            const std::lock_guard lock(mutex_);
            ++statistics_.received;
            statistics_.unfinished = partitions_.unfinished();
        }
        listener_.received(next->content, next->proof);
    }
}

bool consumer::has_room() const {
    return partitions_.unfinished() < options_.unfinished_max
           && partitions_.unfinished_bytes() < options_.unfinished_bytes_max;
}

bool consumer::is_paused() const {
    const std::lock_guard lock(mutex_);
    return is_paused_;
}

void consumer::serve() {
    const consumer_client::news news = client_->serve();
    if (news.commit_ended) commit_under_way_ = false;
    if (news.commit_failed) {
        partitions_.commit_failed();
        commits_again_at_ = steady_now() + options_.pause;
    }
    {
        const std::lock_guard lock(mutex_);
        statistics_.commits += news.commits;
        statistics_.unfinished = partitions_.unfinished();
        statistics_.partitions = partitions_.all().size();
        for (const std::string& error : news.errors)
            ++statistics_.errors[error];
    }
    if (client_->end()) lose_client();
}

// One commit at a time: what is finished meanwhile goes with the next, so load makes them larger.
void consumer::commit() {
    if (commits_again_at_ && steady_now() < *commits_again_at_) return;
    commits_again_at_.reset();  // in any case: nobody is to wake for a moment that has passed
    if (commit_under_way_) return;
    const std::vector<partition_offset> offsets = partitions_.to_commit();
    if (offsets.empty()) return;
    commit_under_way_ = client_->commit(offsets);
    if (commit_under_way_) return;
    partitions_.commit_failed();
    commits_again_at_ = steady_now() + options_.pause;
}

void consumer::lose_client() {
    if (const auto error = client_->end()) {
        const std::lock_guard lock(mutex_);
        ++statistics_.errors[*error];
    }
    client_.reset();
    commit_under_way_ = false;
    commits_again_at_.reset();
    renews_at_ = steady_now() + options_.pause;
}

void consumer::renew_client() {
    auto made = consumer_client::make(options_.settings, options_.topics, partitions_, wake_up_);
    if (!made) {  // the settings were right once: a file or a resource is missing
        log_line(3, "consumer", made.error().detail);
        renews_at_ = steady_now() + options_.pause;
        return;
    }
    client_ = std::move(*made);
    renews_at_.reset();
    const std::lock_guard lock(mutex_);
    ++statistics_.renewals;
}

void consumer::leave() {
    take_finished();
    commits_again_at_.reset();
    commit_under_way_ = false;  // what is finished since is not to wait for it
    commit();
    const steady_instant latest = steady_now() + options_.leaving_max;
    client_->begin_to_leave();
    // That it has left is nothing that librdkafka wakes us for.
    while (client_ && !client_->has_left() && steady_now() < latest) {
        wake_up_.wait(std::min(latest, steady_now() + std::chrono::milliseconds(10)));
        serve();
    }
}

}  // namespace makegood::kafka
