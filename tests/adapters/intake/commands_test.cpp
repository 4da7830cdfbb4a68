#include <catch2/catch.hpp>
#include <set>

#include "tests/adapters/intake/queue_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

constexpr std::string_view accepted = "checkout.command_accepted";
constexpr std::string_view refused = "checkout.command_refused";

std::string about(const std::string& checkout, const std::string& more = {}) {
    return R"({"checkout_id":")" + checkout + '"' + more + '}';
}

// The type, status and code of a refusal, to be read as one.
std::string verdict(const cloud_event& reply) {
    const boost::json::object data = data_of(reply);
    if (reply.type != refused) return reply.type;
    return std::to_string(data.at("status").as_int64()) + " " + text_of(data, "code");
}

}  // namespace

TEST_CASE("a start command begins the checkout that HTTP would, and the reply shows it") {
    queue_under_test queue;
    queue.served.start();
    queue.send(start_command("c-1", "k-1"));
    const cloud_event reply = queue.until_reply_to("c-1");
    CHECK(reply.type == accepted);
    CHECK(reply.id == "/shop:c-1:reply");
    CHECK(reply.source == "/makegood");
    CHECK(reply.partition_key == "cus_42");
    CHECK(text_of(data_of(reply), "id") == reply.subject);
    const http::response ended =
        queue.served.get("/v1/checkouts/" + reply.subject, {{"Prefer", "wait=60"}});
    CHECK(text_of(object_of(ended), "status") == "completed");
    // The key is one key, whichever door it comes by.
    CHECK(text_of(object_of(queue.served.check_out("k-1")), "id") == reply.subject);
    CHECK(queue.checkouts().size() == 1);
}

TEST_CASE("a command that is sent again does nothing twice, and its reply has the same id") {
    queue_under_test queue;
    queue.served.start();
    queue.send(start_command("c-1", "k-1"));
    queue.send(start_command("c-1", "k-1"));
    queue.send(start_command("c-2", "k-1"));
    const std::vector<cloud_event> replies = queue.until_replies(3);
    REQUIRE(replies.size() == 3);
    for (const cloud_event& each : replies) {
        CHECK(each.type == accepted);
        CHECK(each.subject == replies[0].subject);
    }
    CHECK(replies[0].id == replies[1].id);
    CHECK(replies[0].id != replies[2].id);
    CHECK(queue.checkouts().size() == 1);
}

TEST_CASE("replies to different commands have different ids, whatever their senders are called") {
    queue_under_test queue;
    queue.served.start();
    const std::vector<std::pair<std::string, std::string>> senders{
        {"a:b", "c"}, {"a", "b:c"}, {"a%3Ab", "c"}, {"a%b", "c"}};
    std::set<std::string> ids;
    for (const auto& [source, id] : senders) {
        kafka::message sent = message_of(start_command(id, "k-1"));
        sent.value.replace(sent.value.find("/shop"), 5, source);
        queue.send_message(std::move(sent));
    }
    for (const cloud_event& each : queue.until_replies(senders.size()))
        ids.insert(each.id);
    CHECK(
        ids
        == std::set<std::string>{"a%3Ab:c:reply", "a:b:c:reply", "a%253Ab:c:reply", "a%25b:c:reply"}
    );
}

TEST_CASE("a cancel command undoes the checkout") {
    queue_under_test queue;
    queue.served.behind().hold("/v1/authorizations");
    queue.served.start();
    const std::string checkout = queue.served.begin_checkout("k-1");
    queue.send({"c-1", "checkout.cancel", about(checkout, R"(,"reason":"too late")"), {}});
    const cloud_event reply = queue.until_reply_to("c-1");
    CHECK(reply.type == accepted);
    CHECK(reply.subject == checkout);
    CHECK(reply.partition_key == "cus_42");
    queue.served.behind().release();
    const http::response ended =
        queue.served.get("/v1/checkouts/" + checkout, {{"Prefer", "wait=60"}});
    CHECK(text_of(object_of(ended), "status") == "compensated");
}

TEST_CASE("a payment signal goes to the checkout that waits for it") {
    queue_under_test queue;
    queue.served.behind().answer("/v1/authorizations", 202, R"({"status":"requires_action",
        "next_action":{"type":"redirect","url":"https://bank.example/3ds"}})");
    queue.served.start();
    const std::string checkout = queue.served.begin_checkout("k-1");
    const std::string path = "/v1/checkouts/" + checkout;
    const http::response waiting = queue.served.get_until(path, [](const http::response& answer) {
        return text_of(object_of(answer), "status") == "awaiting_customer";
    });
    CHECK(waiting.status == 200);
    queue.served.behind().forget_rules();
    queue.send({"c-1", "checkout.payment_signal", about(checkout, R"(,"result":"refused")"), {}});
    CHECK(queue.until_reply_to("c-1").type == accepted);
    const http::response ended = queue.served.get(path, {{"Prefer", "wait=60"}});
    CHECK(text_of(object_of(ended), "status") == "compensated");
}

TEST_CASE("what the engine refuses is a reply with the problem that HTTP would answer") {
    queue_under_test queue;
    queue.served.start();
    const std::string checkout = text_of(object_of(queue.served.check_out("k-1")), "id");
    const std::string nobody = "chk_00000000000000000000000001";
    queue.send({"late", "checkout.cancel", about(checkout), {}});
    queue.send(
        {"stray", "checkout.payment_signal", about(checkout, R"(,"result":"authorized")"), {}}
    );
    queue.send({"nobody", "checkout.cancel", about(nobody), {}});
    sent_command reused = start_command("reused", "k-1");
    reused.data.replace(reused.data.find("SKU-1"), 5, "SKU-2");
    queue.send(reused);
    CHECK(verdict(queue.until_reply_to("late")) == "409 past-pivot");
    CHECK(queue.until_reply_to("late").subject == checkout);
    CHECK(verdict(queue.until_reply_to("stray")) == "409 signal-not-expected");
    CHECK(verdict(queue.until_reply_to("nobody")) == "404 not-found");
    CHECK(verdict(queue.until_reply_to("reused")) == "422 idempotency-key-reused");
    CHECK(queue.until_reply_to("reused").partition_key == "cus_42");
    queue.until_committed(4);
    CHECK(queue.until_dead_letters(0).empty());
    CHECK(queue.metric("makegood_commands_refused_total") == 4);
    CHECK(queue.metric("makegood_commands_unfinished") == 0);
}

TEST_CASE("the trace of a command goes on in its checkout") {
    queue_under_test queue;
    queue.served.start();
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    kafka::message sent = message_of(start_command("c-1", "k-1"));
    sent.value.insert(1, R"("traceparent":"00-)" + trace + R"(-00f067aa0ba902b7-01",)");
    queue.send_message(sent);
    CHECK(queue.until_reply_to("c-1").traceparent.find(trace) != std::string::npos);
    queue.served.behind().wait_for("/v1/", 1);
    const http::request called = queue.served.behind().seen("/v1/").front();
    CHECK(called.fields.find("traceparent").find(trace) != std::string_view::npos);
}

TEST_CASE("the number of starts that a customer may make holds at the HTTP door alone") {
    queue_under_test queue([](service_options& options) {
        options.rate_limit = {.per_second = 0.001, .burst = 1};
    });
    queue.served.start();
    CHECK(queue.served.check_out("k-0").status == 200);
    CHECK(queue.served.check_out("k-00").status == 429);
    queue.send(start_command("c-1", "k-1"));
    queue.send(start_command("c-2", "k-2"));
    for (const cloud_event& each : queue.until_replies(2))
        CHECK(each.type == accepted);
}
