#include "adapters/kafka/consumer_client.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <span>
#include <utility>

#include "adapters/kafka/log_bridge.hpp"
#include "engine/assert.hpp"

namespace makegood::kafka {
namespace {

struct list_deleter {
    void operator()(rd_kafka_topic_partition_list_t* list) const noexcept {
        rd_kafka_topic_partition_list_destroy(list);
    }
};
struct message_deleter {
    void operator()(rd_kafka_message_t* received) const noexcept {
        rd_kafka_message_destroy(received);
    }
};
using received_pointer = std::unique_ptr<rd_kafka_message_t, message_deleter>;
using partition_list = std::unique_ptr<rd_kafka_topic_partition_list_t, list_deleter>;

partition_list empty_list(std::size_t size) {
    return partition_list(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

std::span<const rd_kafka_topic_partition_t> elements(const rd_kafka_topic_partition_list_t& list) {
    return {list.elems, static_cast<std::size_t>(list.cnt)};
}

topic_partition partition_of(const rd_kafka_topic_partition_t& element) {
    return {element.topic, element.partition};
}

std::vector<message_header> headers_of(const rd_kafka_message_t& received) {
    std::vector<message_header> headers;
    rd_kafka_headers_t* all = nullptr;
    if (rd_kafka_message_headers(&received, &all) != RD_KAFKA_RESP_ERR_NO_ERROR) return headers;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(all, i, &name, &value, &size) == 0; ++i)
        headers.push_back({name, std::string(static_cast<const char*>(value), size)});
    return headers;
}

std::string bytes_of(const void* bytes, std::size_t size) {
    return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

// librdkafka then writes to what the thread sleeps on.
void wake_for(rd_kafka_queue_t* queue, const wake_up& wakes) {
    const std::uint64_t one = 1;
    rd_kafka_queue_io_event_enable(queue, wakes.descriptor(), &one, sizeof one);
}

// An error object that is only looked at for being there.
bool is_fine(rd_kafka_error_t* error) {
    if (error == nullptr) return true;
    rd_kafka_error_destroy(error);
    return false;
}

}  // namespace

message content_of(const rd_kafka_message_s& received) {
    return {
        rd_kafka_topic_name(received.rkt), bytes_of(received.key, received.key_len),
        bytes_of(received.payload, received.len), headers_of(received)};
}

// What librdkafka calls, on our own thread from inside rd_kafka_consumer_poll. An exception would
// have to pass through C: noexcept ends the process instead (only memory that runs out throws
// here).
struct consumer_client::callbacks {
    static void rebalanced(
        rd_kafka_t*, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* list, void* self
    ) noexcept {
        of(self).rebalance(what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS, *list);
    }
    static void committed(
        rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t*, void* self
    ) noexcept {
        news& told = of(self).news_;
        told.commit_ended = true;
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            ++told.commits;
        } else if (error != RD_KAFKA_RESP_ERR__NO_OFFSET) {
            told.commit_failed = true;
            told.errors.emplace_back(rd_kafka_err2name(error));
        }
    }
    static void failed(rd_kafka_t*, int error, const char* reason, void* self) noexcept {
        of(self).note(error, reason);
    }
    static void logged(
        const rd_kafka_t*, int level, const char* facility, const char* text
    ) noexcept {
        log_line(level, facility, text);
    }

private:
    static consumer_client& of(void* self) { return *static_cast<consumer_client*>(self); }
};

result_or<std::unique_ptr<consumer_client>, settings_problem> consumer_client::make(
    const settings_map& settings,
    const std::vector<std::string>& topics,
    assigned_partitions& partitions,
    wake_up& wakes
) {
    auto configured = configuration_of(settings, client_role::consumer);
    if (!configured) return configured.error();
    std::unique_ptr<consumer_client> made(new consumer_client(partitions));
    rd_kafka_conf_t* conf = configured->get();
    rd_kafka_conf_set_opaque(conf, made.get());
    rd_kafka_conf_set_rebalance_cb(conf, &callbacks::rebalanced);
    rd_kafka_conf_set_offset_commit_cb(conf, &callbacks::committed);
    rd_kafka_conf_set_error_cb(conf, &callbacks::failed);
    rd_kafka_conf_set_log_cb(conf, &callbacks::logged);
    std::array<char, 512> why{};
    made->client_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why.data(), why.size());
    if (made->client_ == nullptr) return client_problem(why.data());
    static_cast<void>(configured->release());  // the client's now
    rd_kafka_poll_set_consumer(made->client_);
    rd_kafka_set_log_queue(made->client_, nullptr);
    rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(made->client_);
    wake_for(queue, wakes);
    rd_kafka_queue_destroy(queue);  // only this reference to it
    made->messages_ = rd_kafka_queue_new(made->client_);
    wake_for(made->messages_, wakes);
    const partition_list wanted = empty_list(topics.size());
    for (const std::string& topic : topics)
        rd_kafka_topic_partition_list_add(wanted.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    if (const auto error = rd_kafka_subscribe(made->client_, wanted.get())) {
        return client_problem(rd_kafka_err2str(error));
    }
    wakes.signal();  // for what was there before the descriptor was
    return made;
}

consumer_client::~consumer_client() {
    partitions_.revoke_all();
    if (messages_ != nullptr) rd_kafka_queue_destroy(messages_);
    if (client_ != nullptr) rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

consumer_client::news consumer_client::serve() {
    // Messages come by the other queue.
    while (const received_pointer told{rd_kafka_consumer_poll(client_, 0)})
        note(told->err, rd_kafka_message_errstr(told.get()));
    return std::exchange(news_, {});
}

void consumer_client::note(int error, const char* reason) {
    const char* name = rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error));
    log_line(4, name, reason);
    if (error != RD_KAFKA_RESP_ERR__FATAL) news_.errors.emplace_back(name);  // end() has that
}

std::optional<consumer_client::received> consumer_client::next() {
    while (const received_pointer read{rd_kafka_consume_queue(messages_, 0)}) {
        if (read->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            note(read->err, rd_kafka_message_errstr(read.get()));
            continue;
        }
        const topic_partition from{rd_kafka_topic_name(read->rkt), read->partition};
        message content = content_of(*read);
        const auto proof = partitions_.receive(from, read->offset, content.bytes());
        if (proof) return received{std::move(content), *proof};
    }
    return {};
}

bool consumer_client::commit(const std::vector<partition_offset>& offsets) {
    const partition_list list = empty_list(offsets.size());
    for (const partition_offset& each : offsets) {
        rd_kafka_topic_partition_list_add(
            list.get(), each.partition.topic.c_str(), each.partition.number
        )
            ->offset = each.next;
    }
    constexpr int without_waiting = 1;
    return rd_kafka_commit(client_, list.get(), without_waiting) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

void consumer_client::rebalance(bool is_assignment, rd_kafka_topic_partition_list_t& list) {
    const bool is_gradual = std::string_view(rd_kafka_rebalance_protocol(client_)) == "COOPERATIVE";
    if (is_assignment) {
        collect_messages_of(list);
        is_gradual ? static_cast<void>(is_fine(rd_kafka_incremental_assign(client_, &list)))
                   : static_cast<void>(rd_kafka_assign(client_, &list));
        for (const rd_kafka_topic_partition_t& each : elements(list))
            partitions_.assign(partition_of(each));
        return;
    }
    // The commit goes ahead of our leave on the same connection. One who has lost the partitions
    // may not commit them any more.
    if (rd_kafka_assignment_lost(client_) == 0) {
        const std::vector<partition_offset> finished = partitions_.to_commit();
        if (!finished.empty()) static_cast<void>(commit(finished));
    }
    is_gradual ? static_cast<void>(is_fine(rd_kafka_incremental_unassign(client_, &list)))
               : static_cast<void>(rd_kafka_assign(client_, nullptr));
    for (const rd_kafka_topic_partition_t& each : elements(list))
        partitions_.revoke(partition_of(each));
}

void consumer_client::collect_messages_of(const rd_kafka_topic_partition_list_t& list) {
    for (const rd_kafka_topic_partition_t& each : elements(list)) {
        rd_kafka_queue_t* own = rd_kafka_queue_get_partition(client_, each.topic, each.partition);
        rd_kafka_queue_forward(own, messages_);
        rd_kafka_queue_destroy(own);  // only this reference to it
    }
}

void consumer_client::begin_to_leave() {
    rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(client_);
    static_cast<void>(is_fine(rd_kafka_consumer_close_queue(client_, queue)));
    rd_kafka_queue_destroy(queue);  // only this reference to it
}

bool consumer_client::has_left() const {
    return rd_kafka_consumer_closed(client_) != 0;
}

std::optional<std::string> consumer_client::end() const {
    const rd_kafka_resp_err_t error = rd_kafka_fatal_error(client_, nullptr, 0);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return rd_kafka_err2name(error);
}

}  // namespace makegood::kafka
