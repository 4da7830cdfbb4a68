#include "adapters/kafka/producer_client.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <boost/json/parse.hpp>
#include <utility>

#include "adapters/kafka/log_bridge.hpp"
#include "engine/assert.hpp"

namespace makegood::kafka {

namespace json = boost::json;

namespace {

// What is wrong with the message itself, so that no time and no person at the broker mends it. That
// a topic may not be written, is not there, or has a name that is none, is wrong with somebody's
// settings: every message waits for that to be put right.
bool is_about_the_message(rd_kafka_resp_err_t error) {
    switch (error) {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
        case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_INVALID_RECORD:
        case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP: return true;
        default: return false;
    }
}

constexpr std::string_view gapless_warning = "enable.gapless.guarantee is experimental";

bool is_our_stop(rd_kafka_resp_err_t error) {
    return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

delivery delivery_of(message_position position, rd_kafka_resp_err_t error) {
    using outcome = delivery::outcome;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {position, outcome::acknowledged, {}};
    if (is_our_stop(error)) return {position, outcome::held, {}};
    const outcome what = is_about_the_message(error) ? outcome::refused : outcome::held;
    return {position, what, rd_kafka_err2name(error)};
}

// The position travels through librdkafka as the message's opaque pointer.
void* opaque_of(message_position position) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it is never followed.
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(position));
}

// librdkafka takes bytes as they lie and does not write to them, although its type could.
void* unwritten(const std::string& bytes) {
    return const_cast<char*>(bytes.data());
}

rd_kafka_headers_t* headers_of(const message& sent) {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(sent.headers.size());
    for (const message_header& each : sent.headers) {
        rd_kafka_header_add(
            headers, each.name.data(), static_cast<ssize_t>(each.name.size()), each.value.data(),
            static_cast<ssize_t>(each.value.size())
        );
    }
    return headers;
}

const json::object* object_at(const json::value* value) {
    return value == nullptr ? nullptr : value->if_object();
}

std::uint64_t transmissions_of_topic(const json::object& topic) {
    std::uint64_t sum = 0;
    const json::object* partitions = object_at(topic.if_contains("partitions"));
    if (partitions == nullptr) return sum;
    for (const auto& partition : *partitions) {
        const json::object* members = partition.value().if_object();
        const json::value* count = members == nullptr ? nullptr : members->if_contains("txmsgs");
        if (count != nullptr && count->is_int64()) {
            sum += static_cast<std::uint64_t>(count->get_int64());
        }
    }
    return sum;
}

// Of librdkafka's statistics: its own count of retries leaves those of messages out.
std::uint64_t transmissions_in(std::string_view statistics) {
    boost::system::error_code error;
    const json::value parsed = json::parse(statistics, error);
    std::uint64_t sum = 0;
    const json::object* all = error ? nullptr : parsed.if_object();
    const json::object* topics = all == nullptr ? nullptr : object_at(all->if_contains("topics"));
    if (topics == nullptr) return sum;
    for (const auto& topic : *topics) {
        if (topic.value().is_object()) sum += transmissions_of_topic(topic.value().get_object());
    }
    return sum;
}

}  // namespace

// What librdkafka calls, on our own thread from inside rd_kafka_poll. An exception would have to
// pass through C: noexcept ends the process instead (only memory that runs out throws here).
struct producer_client::callbacks {
    static void delivered(rd_kafka_t*, const rd_kafka_message_t* what, void* self) noexcept {
        const auto position =
            static_cast<message_position>(reinterpret_cast<std::uintptr_t>(what->_private));
        of(self).news_.deliveries.push_back(delivery_of(position, what->err));
        --of(self).outstanding_;
    }
    static void failed(rd_kafka_t*, int error, const char* reason, void* self) noexcept {
        const char* name = rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error));
        log_line(4, name, reason);
        if (error != RD_KAFKA_RESP_ERR__FATAL) of(self).news_.errors.emplace_back(name);  // end()
    }
    static int counted(rd_kafka_t*, char* text, size_t size, void* self) noexcept {
        of(self).transmissions_ = transmissions_in({text, size});
        return 0;  // librdkafka frees the text
    }
    static void logged(
        const rd_kafka_t*, int level, const char* facility, const char* text
    ) noexcept {
        // Each client would say anew that the gapless guarantee is an experiment: we know.
        if (std::string_view(text).find(gapless_warning) != std::string_view::npos) return;
        log_line(level, facility, text);
    }

private:
    static producer_client& of(void* self) { return *static_cast<producer_client*>(self); }
};

result_or<std::unique_ptr<producer_client>, settings_problem> producer_client::make(
    const options& wanted, wake_up& wakes
) {
    auto configured = configuration_of(wanted.settings, client_role::producer);
    if (!configured) return configured.error();
    std::unique_ptr<producer_client> made(new producer_client);
    rd_kafka_conf_t* conf = configured->get();
    if (wanted.alone) set(*conf, "batch.num.messages", "1");
    rd_kafka_conf_set_opaque(conf, made.get());
    rd_kafka_conf_set_dr_msg_cb(conf, &callbacks::delivered);
    rd_kafka_conf_set_error_cb(conf, &callbacks::failed);
    rd_kafka_conf_set_stats_cb(conf, &callbacks::counted);
    rd_kafka_conf_set_log_cb(conf, &callbacks::logged);
    std::array<char, 512> why{};
    made->client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    if (made->client_ == nullptr) return client_problem(why.data());
    static_cast<void>(configured->release());  // the client's now
    rd_kafka_set_log_queue(made->client_, nullptr);
    rd_kafka_queue_t* queue = rd_kafka_queue_get_main(made->client_);
    const std::uint64_t one = 1;
    rd_kafka_queue_io_event_enable(queue, wakes.descriptor(), &one, sizeof one);
    rd_kafka_queue_destroy(queue);  // only this reference to it
    wakes.signal();                 // for what was there before the descriptor was
    return made;
}

producer_client::~producer_client() {
    if (client_ == nullptr) return;
    stop();  // else it would wait for what is under way
    rd_kafka_destroy(client_);
}

void producer_client::stop() {
    if (std::exchange(is_stopped_, true)) return;
    constexpr int everything = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT;
    rd_kafka_purge(client_, everything | RD_KAFKA_PURGE_F_NON_BLOCKING);
}

std::optional<delivery> producer_client::send(message_position position, const message& sent) {
    ASSERT(!is_stopped_);
    rd_kafka_headers_t* headers = headers_of(sent);
    const std::array<rd_kafka_vu_t, 5> fields{{
        {RD_KAFKA_VTYPE_TOPIC, {.cstr = sent.topic.c_str()}},
        {RD_KAFKA_VTYPE_KEY, {.mem = {unwritten(sent.key), sent.key.size()}}},
        {RD_KAFKA_VTYPE_VALUE, {.mem = {unwritten(sent.value), sent.value.size()}}},
        {RD_KAFKA_VTYPE_HEADERS, {.headers = headers}},
        {RD_KAFKA_VTYPE_OPAQUE, {.ptr = opaque_of(position)}},
    }};
    rd_kafka_error_t* error = rd_kafka_produceva(client_, fields.data(), fields.size());
    if (error == nullptr) {
        ++outstanding_;
        return {};
    }
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    rd_kafka_headers_destroy(headers);  // librdkafka's only when it has taken the message
    return delivery_of(position, code);
}

producer_client::news producer_client::serve() {
    while (rd_kafka_poll(client_, 0) > 0)
        continue;
    return std::exchange(news_, {});
}

std::optional<std::string> producer_client::end() const {
    const rd_kafka_resp_err_t error = rd_kafka_fatal_error(client_, nullptr, 0);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return rd_kafka_err2name(error);
}

}  // namespace makegood::kafka
