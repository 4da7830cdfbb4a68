#include <algorithm>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "tests/adapters/intake/queue_under_test.hpp"
#include "tests/adapters/kafka/awaited.hpp"

using namespace makegood;
using namespace makegood::test;
using kafka::test::answer;
using kafka::test::request;

namespace {

void impatient(service_options& options) {
    options.drain.patience = duration{20};
}

// Offsets would be taken. They are tried again after pauses that double.
void refuse_replies(queue_under_test& queue) {
    using enum answer;
    queue.cluster.answer_with(
        request::produce,
        {topic_not_authorized, topic_not_authorized, topic_not_authorized, topic_not_authorized,
         topic_not_authorized, topic_not_authorized, topic_not_authorized, topic_not_authorized}
    );
}

// As a crash would, for what Kafka and the store can see of it.
void crash(queue_under_test& queue) {
    queue.served.stop();
    queue.served.stop();
    CHECK(queue.served.wait_for_exit() == 1);
}

}  // namespace

TEST_CASE("a command whose commit failed is not lost: it is done when the store is back") {
    queue_under_test queue;
    queue.served.start();
    queue.served.store().fail_commits(store_errc::io);
    queue.send(start_command("c-1", "k-1"));
    queue.until_metric("makegood_commands_paused", 1);
    queue.served.store().fail_commits(std::nullopt);
    CHECK(queue.until_reply_to("c-1").type == "checkout.command_accepted");
    queue.until_metric("makegood_commands_paused", 0);
    CHECK(queue.checkouts().size() == 1);
}

TEST_CASE("a command is received again after a crash until its commit, and then not any more") {
    queue_under_test queue(impatient);
    queue.served.start();
    queue.served.store().fail_commits(store_errc::io);
    queue.send(start_command("c-1", "k-1"));
    // Behind it, and done: its offset must not be committed either.
    queue.send({"c-2", "checkout.bake", "{}", {}});
    queue.until_metric("makegood_commands_paused", 1);
    crash(queue);
    queue.served.store().fail_commits(std::nullopt);
    queue.served.start_again();
    CHECK(queue.until_reply_to("c-1").type == "checkout.command_accepted");
    queue.until_committed(2);
    CHECK(queue.checkouts().size() == 1);
}

TEST_CASE("a reply that the broker did not get before a crash comes after it, for one checkout") {
    queue_under_test queue(impatient);
    queue.served.start();
    queue.served.store().hold_commits();
    queue.send(start_command("c-1", "k-1"));
    queue.served.store().wait_for_held_commit();
    refuse_replies(queue);
    queue.served.store().release_commits();
    queue.until_metric("makegood_commands_accepted_total", 1);
    crash(queue);
    queue.cluster.answer_well(request::produce);
    CHECK(queue.until_replies(0).empty());
    CHECK(queue.committed() < 1);
    queue.served.start_again();
    CHECK(queue.until_reply_to("c-1").subject == queue.checkouts().front());
    CHECK(queue.checkouts().size() == 1);
    queue.until_committed(1);
}

TEST_CASE("a cancel that is received again after a crash is accepted again") {
    queue_under_test queue(impatient);
    queue.served.behind().hold("/v1/authorizations");
    queue.served.start();
    const std::string checkout = queue.served.begin_checkout("k-1");
    queue.served.store().hold_commits();
    queue.send({"c-1", "checkout.cancel", R"({"checkout_id":")" + checkout + "\"}", {}});
    queue.served.store().wait_for_held_commit();
    refuse_replies(queue);
    queue.served.store().release_commits();
    queue.until_metric("makegood_commands_accepted_total", 1);
    queue.served.behind().release();
    const std::string path = "/v1/checkouts/" + checkout;
    const http::response ended = queue.served.get(path, {{"Prefer", "wait=60"}});
    REQUIRE(text_of(object_of(ended), "status") == "compensated");
    crash(queue);
    queue.cluster.answer_well(request::produce);
    REQUIRE(queue.until_replies(0).empty());
    queue.served.start_again();
    CHECK(queue.until_reply_to("c-1").type == "checkout.command_accepted");
    // Another cancel is judged for itself; so is one that its sender gave the same id.
    queue.send({"c-2", "checkout.cancel", R"({"checkout_id":")" + checkout + "\"}", {}});
    CHECK(queue.until_reply_to("c-2").type == "checkout.command_refused");
    queue.send({"c-1", "checkout.cancel", R"({"reason":"x","checkout_id":")" + checkout + "\"}", {}}
    );
    CHECK(queue.until_replies(3)[2].type == "checkout.command_refused");
}

TEST_CASE("dead letters that cannot be written hold up no reply, and no offset of another partition"
) {
    queue_under_test queue({}, {.brokers = 2, .command_partitions = 2});
    queue.cluster.go_down(2);
    queue.served.start();
    queue.send({"bad", "checkout.bake", "{}", {}});
    constexpr std::size_t good = 8;
    for (std::size_t i = 0; i < good; ++i) {
        const std::string number = std::to_string(i);
        kafka::message sent = message_of(start_command("c-" + number, "k-" + number));
        sent.key = "key-" + number;  // so that both partitions get some
        queue.send_message(std::move(sent));
    }
    CHECK(queue.until_replies(good + 1).size() == good + 1);
    kafka::test::wait_until([&] { return std::max(queue.committed(0), queue.committed(1)) > 0; });
    CHECK(std::min(queue.committed(0), queue.committed(1)) < 0);
    queue.cluster.come_up(2);
    CHECK(queue.until_dead_letters(1).size() == 1);
    kafka::test::wait_until([&] { return queue.committed(0) + queue.committed(1) == good + 1; });
}

TEST_CASE("while no lane can take more, reading pauses, and all is done in the end") {
    queue_under_test queue([](service_options& options) {
        options.engine.active_sagas_max = 2;
        options.commands->unfinished_max = 4;
    });
    queue.served.behind().hold("/v1/reservations");
    queue.served.start();
    constexpr std::size_t count = 20;
    for (std::size_t i = 0; i < count; ++i)
        queue.send(start_command("c-" + std::to_string(i), "k-" + std::to_string(i)));
    queue.until_metric("makegood_commands_paused", 1);
    // What waits, waits in Kafka: four at most are here, and two more were let through.
    CHECK(queue.metric("makegood_commands_unfinished") <= 4);
    CHECK(queue.metric("makegood_commands_received_total") <= 4 + 2);
    CHECK(queue.checkouts().size() <= 2);
    queue.served.behind().release();
    std::set<std::string> answered;
    for (const cloud_event& each : queue.until_replies(count)) {
        CHECK(each.type == "checkout.command_accepted");
        answered.insert(each.subject);
    }
    CHECK(answered.size() == count);
    CHECK(queue.checkouts().size() == count);
    queue.until_metric("makegood_commands_paused", 0);
}

TEST_CASE("commands that come before the lanes have recovered wait for them") {
    queue_under_test queue;
    queue.served.store().hold_reads();
    queue.served.start_without_waiting();
    queue.send(start_command("c-1", "k-1"));
    queue.until_metric("makegood_commands_paused", 1);
    queue.served.store().release_reads();
    CHECK(queue.until_reply_to("c-1").type == "checkout.command_accepted");
}

TEST_CASE("a stop answers for what is under way and commits its offset; the rest waits for a start"
) {
    queue_under_test queue;
    queue.served.start();
    queue.served.store().hold_commits();
    queue.send(start_command("c-1", "k-1"));
    queue.served.store().wait_for_held_commit();
    queue.served.stop();
    queue.served.store().release_commits();
    CHECK(queue.served.wait_for_exit() == 0);
    CHECK(queue.until_replies(1).size() == 1);
    CHECK(queue.committed() == 1);
    queue.send(start_command("c-2", "k-2"));
    queue.served.start_again();
    CHECK(queue.until_replies(2).size() == 2);
    CHECK(queue.checkouts().size() == 2);
}

TEST_CASE("a reply that the broker will never take is counted, and its command is done") {
    queue_under_test queue;
    queue.served.start();
    queue.served.store().hold_commits();
    queue.send(start_command("c-1", "k-1"));
    queue.served.store().wait_for_held_commit();
    queue.cluster.answer_with(
        request::produce, {answer::message_too_large, answer::message_too_large}
    );
    queue.served.store().release_commits();
    queue.until_metric("makegood_replies_refused_total", 1);
    queue.until_committed(1);
    queue.cluster.answer_well(request::produce);
    CHECK(queue.checkouts().size() == 1);
    const std::vector<boost::json::object> lines = queue.refused();
    REQUIRE(lines.size() == 1);
    const boost::json::object& kept = lines[0].at("message").as_object();
    CHECK(text_of(kept, "topic") == "checkout.replies");
    CHECK(
        text_of(boost::json::parse(text_of(kept, "value")).as_object(), "id") == "/shop:c-1:reply"
    );
}

TEST_CASE("that no broker takes the replies is an alarm, which ends when one does") {
    queue_under_test queue([](service_options& options) {
        options.commands->quiet_max = duration{50};
    });
    queue.send(start_command("c-1", "k-1"));
    queue.cluster.answer_with(
        request::produce, {answer::topic_not_authorized, answer::topic_not_authorized,
                           answer::topic_not_authorized, answer::topic_not_authorized}
    );
    queue.served.start();
    queue.until_metric("makegood_commands_stalled", 1);
    CHECK(queue.committed() < 1);
    CHECK(queue.until_reply_to("c-1").type == "checkout.command_accepted");
    queue.until_metric("makegood_commands_stalled", 0);
    queue.until_committed(1);
}
