#include <catch2/catch.hpp>

#include "tests/adapters/intake/queue_under_test.hpp"

using namespace makegood;
using namespace makegood::test;

namespace {

const std::string card = "4111111111111111";

std::string header_of(const kafka::message& letter, const std::string& name) {
    const std::string* found = letter.header(name);
    return found == nullptr ? "(none)" : *found;
}

kafka::message with_value(std::string value) {
    return {"", "cus_42", std::move(value), {{"origin", "test"}}};
}

sent_command with_data(std::string id, std::string type, std::string data) {
    return {std::move(id), std::move(type), std::move(data), "k-1"};
}

std::string everything(const std::vector<kafka::message>& messages) {
    std::string all;
    for (const kafka::message& each : messages) {
        all += each.key + each.value;
        for (const kafka::message_header& header : each.headers)
            all += header.name + header.value;
    }
    return all;
}

// The next two: in company, and then alone.
void refuse_dead_letter(queue_under_test& queue) {
    using enum kafka::test::answer;
    queue.cluster.answer_with(
        kafka::test::request::produce, {message_too_large, message_too_large}
    );
}

}  // namespace

TEST_CASE("a message that is no event is a dead letter as it came, with the reason and its place") {
    queue_under_test queue;
    queue.served.start();
    queue.send(start_command("good", "k-1"));
    const kafka::message sent = with_value("not JSON");
    queue.send_message(sent);
    const std::vector<kafka::message> letters = queue.until_dead_letters(1);
    REQUIRE(letters.size() == 1);
    CHECK(letters[0].key == sent.key);
    CHECK(letters[0].value == sent.value);
    CHECK(header_of(letters[0], "origin") == "test");
    CHECK(header_of(letters[0], "makegood-reason") == "not-an-event");
    CHECK(header_of(letters[0], "makegood-detail") == "the event is not a JSON object");
    CHECK(header_of(letters[0], "makegood-topic") == "checkout.commands");
    CHECK(header_of(letters[0], "makegood-partition") == "0");
    CHECK(header_of(letters[0], "makegood-offset") == "1");
    queue.until_committed(2);
    CHECK(queue.until_replies(1).size() == 1);  // nobody is named who could be told
    CHECK(queue.metric("makegood_commands_dead_lettered_total") == 1);
}

TEST_CASE("an event that can never be a command is a dead letter, and its sender is told why") {
    queue_under_test queue;
    queue.served.start();
    const std::string body = checkout_body();
    sent_command without_key = start_command("no-key", "");
    queue.send(without_key);
    queue.send({"bad-key", "checkout.start", body, "two words"});
    queue.send(with_data("type", "checkout.bake", body));
    queue.send(with_data("field", "checkout.start", R"({"customer_id":"c","surprise":1})"));
    queue.send(with_data("text", "checkout.cancel", R"("chk_1")"));
    queue.send(with_data("no-id", "checkout.cancel", "{}"));
    queue.send(with_data(
        "bad-id", "checkout.payment_signal", R"({"checkout_id":"chk_1","result":"authorized"})"
    ));
    queue.send(with_data(
        "large", "checkout.cancel", R"({"checkout_id":")" + std::string(70'000, 'x') + "\"}"
    ));
    const std::vector<kafka::message> letters = queue.until_dead_letters(8);
    std::vector<std::string> reasons;
    for (const kafka::message& each : letters)
        reasons.push_back(header_of(each, "makegood-reason"));
    CHECK(
        reasons
        == std::vector<std::string>{
            "idempotency-key-missing", "idempotency-key-invalid", "unknown-command",
            "invalid-field", "invalid-json", "invalid-field", "invalid-field", "body-too-large"}
    );
    CHECK(letters[0].value == message_of(without_key).value);
    const std::vector<cloud_event> replies = queue.until_replies(8);
    REQUIRE(replies.size() == 8);
    for (std::size_t i = 0; i < replies.size(); ++i) {
        CHECK(replies[i].type == "checkout.command_refused");
        CHECK(text_of(data_of(replies[i]), "code") == reasons[i]);
    }
    CHECK(data_of(replies[5]).at("errors").as_array().size() == 1);
    queue.until_committed(8);
    CHECK(queue.checkouts().empty());
}

TEST_CASE("a dead letter that is sent again as it was has one reason: the newest") {
    queue_under_test queue;
    queue.served.start();
    queue.send_message(with_value("not JSON"));
    kafka::message again = queue.until_dead_letters(1)[0];
    queue.send_message(again);
    const kafka::message letter = queue.until_dead_letters(2)[1];
    CHECK(header_of(letter, "makegood-offset") == "1");
    CHECK(letter.headers.size() == again.headers.size());
}

TEST_CASE("a dead letter that has become too large is kept complete, and blocks nobody") {
    queue_under_test queue;
    const kafka::message sent = with_value("no UTF-8: \xff");
    queue.send_message(sent);
    refuse_dead_letter(queue);
    queue.served.start();
    queue.until_metric("makegood_replies_refused_total", 1);
    queue.until_committed(1);
    const std::vector<boost::json::object> kept = queue.refused();
    REQUIRE(kept.size() == 1);
    CHECK(text_of(kept[0], "error") == "MSG_SIZE_TOO_LARGE");
    CHECK(kept[0].at("answers").at("offset").as_int64() == 0);
    const boost::json::object& letter = kept[0].at("message").as_object();
    CHECK(text_of(letter, "topic") == "checkout.commands.dlq");
    CHECK(text_of(letter, "key") == sent.key);
    CHECK(text_of(letter, "value") == "no UTF-8: \u00ff");
    CHECK(letter.at("headers").as_array().size() == 1 + 5);
    queue.send(start_command("good", "k-1"));
    CHECK(queue.until_reply_to("good").type == "checkout.command_accepted");
    CHECK(queue.until_dead_letters(0).empty());
}

TEST_CASE("a dead letter that can be kept nowhere holds its offset until it can") {
    queue_under_test queue;
    std::filesystem::remove_all(queue.folder);
    queue.send_message(with_value("not JSON"));
    refuse_dead_letter(queue);
    queue.served.start();
    queue.until_metric("makegood_replies_refused_total", 1);
    // Behind it, and done.
    queue.send(start_command("good", "k-1"));
    CHECK(queue.until_reply_to("good").type == "checkout.command_accepted");
    CHECK(queue.committed() < 1);
    queue.until_metric("makegood_commands_stalled", 1);
    std::filesystem::create_directory(queue.folder);
    queue.until_committed(2);
    queue.until_metric("makegood_commands_stalled", 0);
    CHECK(queue.refused().size() == 1);
}

TEST_CASE("a card number is copied nowhere, wherever in a message it stands") {
    queue_under_test queue;
    queue.served.start();
    std::string with_card = checkout_body();
    with_card.replace(with_card.find("tok_visa"), 8, card);
    queue.send(with_data("in-data", "checkout.start", with_card));
    queue.send_message(with_value("no JSON, but 4111-1111-1111-1111"));
    queue.send(with_data("in-key", "checkout.cancel", "{}"));
    queue.send({"in-attribute", "checkout.start", checkout_body(), card});
    kafka::message in_header = with_value("not JSON");
    in_header.headers.push_back({"note", card});
    queue.send_message(in_header);
    const std::vector<kafka::message> letters = queue.until_dead_letters(5);
    for (const std::size_t unfit : {0u, 1u, 3u, 4u}) {
        CAPTURE(unfit);
        CHECK(letters[unfit].value.empty());
        CHECK(header_of(letters[unfit], "makegood-reason") == "card-number-refused");
        CHECK(header_of(letters[unfit], "makegood-offset") == std::to_string(unfit));
    }
    CHECK_FALSE(letters[2].value.empty());
    CHECK(everything(letters).find("1111") == std::string::npos);
    queue.until_committed(5);
    for (const cloud_event& each : queue.until_replies(2))
        CHECK(structured_text(each).find("1111") == std::string::npos);
    CHECK(text_of(data_of(queue.until_reply_to("in-data")), "code") == "card-number-refused");
}
