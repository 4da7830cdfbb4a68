#include <fmt/format.h>

#include "conformance/case_groups.hpp"
#include "engine/time.hpp"

namespace makegood::conformance {

namespace {

const doing& authorizing() {
    return doing_named("authorize_payment");
}

backend_call capture(const trial_ids& ids) {
    return authorizing().follow_up(ids, "capture", "capture_payment");
}

// The engine derives the key of a refund from the capture that it makes good.
backend_call refund(const trial_ids& ids) {
    auto call = authorizing().follow_up(ids, "refund", "capture_payment");
    call.key += ":undo";
    return call;
}

backend_call authorize_with(trial& in, const trial_ids& ids, const std::string& token) {
    in.afterwards(authorizing().undo(ids));
    auto body = authorizing().body(in.options(), ids);
    body["payment"].as_object()["token"] = token;
    return authorizing().make(ids, body);
}

trial_ids captured(trial& in) {
    auto ids = in.fresh_ids();
    authorizing().prepare(in, ids);
    in.afterwards(refund(ids));
    const exchange taken = in.send(capture(ids));
    in.prepared(in.is_done(taken), "`capture_payment` did not work", taken);
    return ids;
}

void declines(trial& in) {
    const exchange seen = in.send(authorize_with(in, in.fresh_ids(), in.options().declined_token));
    in.expect(seen.status == 402 && seen.refused(), "402 with a JSON `code`", seen);
}

void asks_the_customer(trial& in) {
    const exchange seen = in.send(authorize_with(in, in.fresh_ids(), in.options().action_token));
    in.expect_success(seen, wanted_outcome::customer_asked);
}

void is_captured(trial& in) {
    const auto ids = in.fresh_ids();
    authorizing().prepare(in, ids);
    in.afterwards(refund(ids));
    in.expect_success(in.send(capture(ids)));
}

void repeats_the_capture(trial& in) {
    const auto ids = in.fresh_ids();
    authorizing().prepare(in, ids);
    in.afterwards(refund(ids));
    const exchange first = in.send(capture(ids));
    in.prepared(in.is_done(first), "`capture_payment` did not work", first);
    const exchange again = in.send(capture(ids));
    in.expect(again.same_answer(first), "the first answer again", again);
}

void refuses_to_capture_what_never_was(trial& in) {
    in.expect_refused(in.send(capture(in.fresh_ids())));
}

void refuses_to_capture_what_was_voided(trial& in) {
    const auto ids = in.fresh_ids();
    authorizing().prepare(in, ids);
    const exchange voided = in.send(authorizing().undo(ids));
    in.prepared(in.is_done(voided), "the void did not work", voided);
    in.expect_refused(in.send(capture(ids)));
}

void refuses_to_void_what_is_captured(trial& in) {
    const exchange seen = in.send(authorizing().undo(captured(in)));
    in.expect(
        seen.status == 409 && seen.code() == "already_captured", "409 with code `already_captured`",
        seen
    );
}

void is_refunded(trial& in) {
    in.expect_success(in.send(refund(captured(in))));
}

void repeats_the_refund(trial& in) {
    const auto ids = captured(in);
    const exchange first = in.send(refund(ids));
    in.prepared(in.is_done(first), "`refund_payment` did not work", first);
    const exchange again = in.send(refund(ids));
    in.expect(again.same_answer(first), "the first answer again", again);
}

void refuses_to_refund_what_was_not_captured(trial& in) {
    const auto ids = in.fresh_ids();
    authorizing().prepare(in, ids);
    in.expect_refused(in.send(refund(ids)));
}

contract_case of(std::string_view id, std::vector<std::string> needs, void (*run)(trial&)) {
    return case_of(backend_kind::payment, id, std::move(needs), run);
}

void add_capture_cases(case_list& to) {
    const std::string done = "payment.capture.done";
    add_case(
        to, of("capture.done", {"payment.authorize.done"}, is_captured),
        "`capture_payment` takes the money that is held.", "Goods leave and the shop is not paid."
    );
    add_case(
        to, of("capture.repeated_key", {done}, repeats_the_capture),
        "`capture_payment` with a repeated key gets the first answer again.",
        "Otherwise a retry charges the customer twice, or a capture that worked calls a person."
    );
    add_case(
        to, of("capture.never_seen", {}, refuses_to_capture_what_never_was),
        "`capture_payment` of an unknown authorization is refused with a code.",
        "Otherwise the shop believes to be paid with money that nobody holds."
    );
    add_case(
        to,
        of("capture.after_void", {done, "payment.void.takes_effect"},
           refuses_to_capture_what_was_voided),
        "`capture_payment` of a voided authorization is refused with a code.",
        "Otherwise a customer pays for a purchase that was called off."
    );
    add_case(
        to, of("void.after_capture", {done}, refuses_to_void_what_is_captured),
        "`void_payment` of captured money is refused with 409 `already_captured`.",
        "Only then the engine refunds; otherwise the customer's money is gone for nothing."
    );
}

void add_refund_cases(case_list& to) {
    const std::string done = "payment.refund.done";
    add_case(
        to, of("refund.done", {"payment.capture.done"}, is_refunded),
        "`refund_payment` gives captured money back.",
        "Otherwise a customer pays for a purchase that was called off."
    );
    add_case(
        to, of("refund.repeated_key", {done}, repeats_the_refund),
        "`refund_payment` with a repeated key gets the first answer again.",
        "Otherwise a retry pays the customer back twice."
    );
    add_case(
        to,
        of("refund.before_capture", {"payment.authorize.done"},
           refuses_to_refund_what_was_not_captured),
        "`refund_payment` of money that was not captured is refused with a code.",
        "Otherwise the shop pays out money that it never got."
    );
}

}  // namespace

void add_payment_cases(case_list& to) {
    auto declined = of("authorize.declined", {"payment.authorize.done"}, declines);
    declined.option = needed_option::declined_token;
    add_case(
        to, std::move(declined), "A declined card is a 402 with a code.",
        "Any other answer is retried or parked instead of being told to the customer."
    );
    auto action = of("authorize.requires_action", {"payment.authorize.done"}, asks_the_customer);
    action.option = needed_option::action_token;
    add_case(
        to, std::move(action),
        "A payment that its customer has to confirm is a 202 `requires_action` with `next_action`.",
        "Otherwise the customer is never sent to the bank, and the purchase is lost."
    );
    add_capture_cases(to);
    add_refund_cases(to);
}

}  // namespace makegood::conformance
