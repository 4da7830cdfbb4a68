#include <catch2/catch.hpp>
#include <set>

#include "tests/adapters/intake/queue_under_test.hpp"

using namespace makegood;
using namespace makegood::test;
using kafka::test::answer;
using kafka::test::request;

namespace {

void impatient(service_options& options) {
    options.drain.patience = duration{20};
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
    // Replies are not taken, offsets would be.
    using enum answer;
    queue.cluster.answer_with(
        request::produce,
        {topic_not_authorized, topic_not_authorized, topic_not_authorized, topic_not_authorized,
         topic_not_authorized, topic_not_authorized, topic_not_authorized, topic_not_authorized}
    );
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
