#include "adapters/kafka/event_message.hpp"

#include <catch2/catch.hpp>

#include "tests/adapters/kafka/sample_event.hpp"

using namespace makegood;
using namespace makegood::kafka;
using namespace makegood::kafka::test;

namespace {

cloud_event read_back(const message& received) {
    const auto read = decode(received);
    REQUIRE(read.has_value());
    return *read;
}

std::string detail_of(const message& received) {
    const auto read = decode(received);
    return read ? "" : read.error().detail;
}

message binary_with(const std::string& name, const std::string& value) {
    message out = encode(completed(), content_mode::binary, "events");
    for (message_header& each : out.headers) {
        if (each.name == name) each.value = value;
    }
    return out;
}

}  // namespace

TEST_CASE("a structured event is one JSON object with the attributes and the data") {
    const message sent = encode(completed(), content_mode::structured, "checkout.events");
    CHECK(sent.topic == "checkout.events");
    CHECK(sent.key == "cus_\"42\"");
    CHECK(
        sent.headers
        == std::vector<
            message_header>{{"content-type", "application/cloudevents+json; charset=UTF-8"}}
    );
    CHECK(
        sent.value
        == R"({"specversion":"1.0","id":"chk_1:7:checkout.completed","source":"/makegood/shop",)"
           R"("type":"checkout.completed","subject":"chk_1","partitionkey":"cus_\"42\"",)"
           R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",)"
           R"("time":"2026-11-18T11:06:40.123Z",)"
           R"("datacontenttype":"application/json","data":{"status":"completed"}})"
    );
}

TEST_CASE("a binary event has its attributes in headers and the data as its value") {
    const message sent = encode(completed(), content_mode::binary, "checkout.events");
    CHECK(sent.key == "cus_\"42\"");
    CHECK(sent.value == R"({"status":"completed"})");
    CHECK(*sent.header("ce_specversion") == "1.0");
    CHECK(*sent.header("ce_id") == "chk_1:7:checkout.completed");
    CHECK(*sent.header("ce_source") == "/makegood/shop");
    CHECK(*sent.header("ce_type") == "checkout.completed");
    CHECK(*sent.header("ce_subject") == "chk_1");
    CHECK(*sent.header("ce_time") == "2026-11-18T11:06:40.123Z");
    CHECK(*sent.header("ce_partitionkey") == "cus_\"42\"");
    CHECK(*sent.header("content-type") == "application/json");
}

TEST_CASE("an event is read back as it was sent, in both modes") {
    for (const content_mode mode : {content_mode::structured, content_mode::binary}) {
        const bool is_the_same = read_back(encode(completed(), mode, "events")) == completed();
        CHECK(is_the_same);
    }
}

TEST_CASE("attributes may hold what JSON escapes") {
    cloud_event told = completed();
    told.partition_key = GENERATE("line\nnext", "back\\slash", "quote\"", "bell\x07", "Zoë 東京");
    CHECK(read_back(encode(told, content_mode::structured, "events")) == told);
}

TEST_CASE("an attribute without a value is absent") {
    cloud_event bare = completed();
    bare.traceparent.clear();
    bare.time.reset();
    bare.subject.clear();
    const message structured = encode(bare, content_mode::structured, "events");
    CHECK(structured.value.find("traceparent") == std::string::npos);
    CHECK(structured.value.find("\"time\"") == std::string::npos);
    const message binary = encode(bare, content_mode::binary, "events");
    CHECK(binary.header("ce_subject") == nullptr);
    CHECK(binary.header("ce_time") == nullptr);
    const bool are_the_same = read_back(structured) == bare && read_back(binary) == bare;
    CHECK(are_the_same);
}

TEST_CASE("a message without a content type is what it looks like") {
    for (const content_mode mode : {content_mode::structured, content_mode::binary}) {
        message bare = encode(completed(), mode, "events");
        std::erase_if(bare.headers, [](const message_header& each) {
            return each.name == "content-type";
        });
        const bool is_the_same = read_back(bare) == completed();
        CHECK(is_the_same);
    }
    message text;
    text.value = "hello";
    CHECK(detail_of(text) == "the event is not a JSON object");
}

TEST_CASE("a content type is read in any case") {
    message sent = encode(completed(), content_mode::structured, "events");
    sent.headers = {{"content-type", "Application/CloudEvents+JSON"}};
    const bool is_the_same = read_back(sent) == completed();
    CHECK(is_the_same);
}

TEST_CASE("attributes that are not known by name are kept, and text of any language") {
    cloud_event with_others = completed();
    with_others.subject = "Größe \xe2\x82\xac";
    with_others.extensions = {{"correlationid", "cmd-1"}, {"idempotencykey", "ordér-1"}};
    for (const content_mode mode : {content_mode::structured, content_mode::binary}) {
        const bool is_the_same = read_back(encode(with_others, mode, "events")) == with_others;
        CHECK(is_the_same);
    }
    message numbers = encode(completed(), content_mode::structured, "events");
    numbers.value = R"({"specversion":"1.0","id":"a","source":"b","type":"c","n":7,"data":{}})";
    CHECK(read_back(numbers).extensions.at("n") == "7");
}

TEST_CASE("an event's id follows from its journal entry and its type alone") {
    const saga_id saga = saga_id::make("chk", 1'795'000'000'123, 7, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(event_id(saga, 7, "checkout.completed") == saga.text() + ":7:checkout.completed");
    CHECK(event_id(saga, 7, "checkout.completed") != event_id(saga, 8, "checkout.completed"));
    CHECK(event_id(saga, 7, "checkout.completed") != event_id(saga, 7, "checkout.order_created"));
}

TEST_CASE("content modes are read by their names") {
    CHECK(parse_content_mode("structured") == content_mode::structured);
    CHECK(parse_content_mode("binary") == content_mode::binary);
    CHECK_FALSE(parse_content_mode("batched"));
}

TEST_CASE("what is no event of version 1.0 is refused with what is wrong") {
    message avro = encode(completed(), content_mode::structured, "events");
    avro.headers = {{"content-type", "application/cloudevents+avro"}};
    CHECK(detail_of(avro) == "only JSON is read, not application/cloudevents+avro");

    message structured = encode(completed(), content_mode::structured, "events");
    structured.value = "[]";
    CHECK(detail_of(structured) == "the event is not a JSON object");
    structured.value = R"({"specversion":"0.3"})";
    CHECK(detail_of(structured) == "specversion is not 1.0");
    structured.value = R"({"specversion":"1.0","id":"a","source":"b","type":"c"})";
    CHECK(detail_of(structured) == "data is missing");

    CHECK(detail_of(binary_with("ce_specversion", "2.0")) == "specversion is not 1.0");
    CHECK(detail_of(binary_with("ce_id", "")) == "id is missing");
    CHECK(detail_of(binary_with("ce_source", "")) == "source is missing");
    CHECK(detail_of(binary_with("ce_source", "/shop\xff")) == "an attribute is not UTF-8");
    CHECK(detail_of(binary_with("ce_type", "")) == "type is missing");
    CHECK(detail_of(binary_with("ce_time", "yesterday")) == "time is not RFC 3339");
    message binary = encode(completed(), content_mode::binary, "events");
    binary.value = "{";
    CHECK(detail_of(binary) == "the value is not JSON");
}
