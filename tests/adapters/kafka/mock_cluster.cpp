#include "tests/adapters/kafka/mock_cluster.hpp"

#include <librdkafka/rdkafka.h>
// Needs the header above to come first.
#include <librdkafka/rdkafka_mock.h>

#include <catch2/catch.hpp>
#include <memory>

#include "adapters/kafka/consumer_client.hpp"

namespace makegood::kafka::test {
namespace {

constexpr int patience_ms = 60'000;

static_assert(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION == static_cast<int>(answer::not_leader));
static_assert(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT == static_cast<int>(answer::timed_out));
static_assert(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE == static_cast<int>(answer::message_too_large));
static_assert(
    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED == static_cast<int>(answer::group_not_authorized)
);
static_assert(
    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS == static_cast<int>(answer::not_enough_replicas)
);
static_assert(
    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED == static_cast<int>(answer::topic_not_authorized)
);
static_assert(
    RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER
    == static_cast<int>(answer::out_of_order_sequence)
);
static_assert(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID == static_cast<int>(answer::fenced_instance));
static_assert(RD_KAFKA_RESP_ERR__TRANSPORT == static_cast<int>(answer::hang_up));

struct client_deleter {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
struct list_deleter {
    void operator()(rd_kafka_topic_partition_list_t* list) const {
        rd_kafka_topic_partition_list_destroy(list);
    }
};
using client = std::unique_ptr<rd_kafka_t, client_deleter>;
using partition_list = std::unique_ptr<rd_kafka_topic_partition_list_t, list_deleter>;

client make_client(rd_kafka_type_t type, const settings_map& settings) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    for (const auto& [name, value] : settings)
        rd_kafka_conf_set(conf, name.c_str(), value.c_str(), nullptr, 0);
    client made(rd_kafka_new(type, conf, nullptr, 0));
    REQUIRE(made);
    return made;
}

partition_list one_partition(const std::string& topic, int partition, std::int64_t offset) {
    partition_list list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
    return list;
}

}  // namespace

mock_cluster::mock_cluster(int brokers)
    : host_(make_client(RD_KAFKA_PRODUCER, {}).release()),
      cluster_(rd_kafka_mock_cluster_new(host_, brokers)) {
    REQUIRE(cluster_ != nullptr);
}

mock_cluster::~mock_cluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(host_);
}

settings_map mock_cluster::client_settings() const {
    return {
        {"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_)},
        {"reconnect.backoff.ms", "10"},
        {"reconnect.backoff.max.ms", "50"},
        {"retry.backoff.ms", "10"},
        {"topic.metadata.refresh.fast.interval.ms", "10"},
    };
}

settings_map mock_cluster::group_settings(std::string_view group) const {
    settings_map settings = client_settings();
    settings["group.id"] = group;
    settings["heartbeat.interval.ms"] = "50";
    settings["session.timeout.ms"] = "4000";  // mock groups take nearly that long to rebalance
    settings.erase("retry.backoff.ms");       // a producer's
    return settings;
}

void mock_cluster::create_topic(const std::string& topic, int partitions) {
    REQUIRE(rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 1) == 0);
}

void mock_cluster::lead(const std::string& topic, int partition, int broker) {
    REQUIRE(rd_kafka_mock_partition_set_leader(cluster_, topic.c_str(), partition, broker) == 0);
}

void mock_cluster::coordinate(std::string_view group, int broker) {
    const std::string name(group);
    REQUIRE(rd_kafka_mock_coordinator_set(cluster_, "group", name.c_str(), broker) == 0);
}

void mock_cluster::go_down(int broker) {
    REQUIRE(rd_kafka_mock_broker_set_down(cluster_, broker) == 0);
}

void mock_cluster::come_up(int broker) {
    REQUIRE(rd_kafka_mock_broker_set_up(cluster_, broker) == 0);
}

void mock_cluster::answer_with(request kind, std::initializer_list<answer> answers) {
    std::vector<rd_kafka_resp_err_t> errors;
    for (const answer each : answers)
        errors.push_back(static_cast<rd_kafka_resp_err_t>(each));
    rd_kafka_mock_push_request_errors_array(
        cluster_, static_cast<std::int16_t>(kind), errors.size(), errors.data()
    );
}

void mock_cluster::answer_well(request kind) {
    rd_kafka_mock_clear_request_errors(cluster_, static_cast<std::int16_t>(kind));
}

std::vector<message> mock_cluster::stored(const std::string& topic, int partitions) const {
    settings_map settings = client_settings();
    settings["group.id"] = "looks-only";
    const client reader = make_client(RD_KAFKA_CONSUMER, settings);
    std::vector<message> all;
    for (int partition = 0; partition < partitions; ++partition) {
        std::int64_t low = 0;
        std::int64_t high = 0;
        const auto error = rd_kafka_query_watermark_offsets(
            reader.get(), topic.c_str(), partition, &low, &high, patience_ms
        );
        REQUIRE(error == RD_KAFKA_RESP_ERR_NO_ERROR);
        rd_kafka_assign(reader.get(), one_partition(topic, partition, low).get());
        for (std::int64_t next = low; next < high;) {
            rd_kafka_message_t* read = rd_kafka_consumer_poll(reader.get(), patience_ms);
            REQUIRE(read != nullptr);
            if (read->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                all.push_back(content_of(*read));
                next = read->offset + 1;
            }
            rd_kafka_message_destroy(read);
        }
    }
    return all;
}

std::int64_t mock_cluster::committed(
    const std::string& group, const std::string& topic, int partition
) const {
    settings_map settings = client_settings();
    settings["group.id"] = group;
    const client reader = make_client(RD_KAFKA_CONSUMER, settings);
    const partition_list list = one_partition(topic, partition, RD_KAFKA_OFFSET_INVALID);
    REQUIRE(rd_kafka_committed(reader.get(), list.get(), patience_ms) == 0);
    const std::int64_t offset = list->elems[0].offset;
    return offset < 0 ? -1 : offset;
}

}  // namespace makegood::kafka::test
