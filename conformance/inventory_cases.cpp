#include <fmt/format.h>

#include "conformance/case_groups.hpp"

namespace makegood::conformance {

namespace {

constexpr std::int64_t short_ttl_seconds = 1;

const doing& reserving() {
    return doing_named("reserve_inventory");
}

backend_call confirm(const trial_ids& ids) {
    return reserving().follow_up(ids, "confirm", "confirm_inventory");
}

backend_call read(const trial_ids& ids) {
    return {"GET", "/v1/reservations/" + reserving().id_of(ids), {}, ids.key("read_reservation")};
}

bool is_over(const exchange& seen) {
    return seen.text("status") != "reserved";
}

// Reserved for a second, and that second is over by the backend's own word.
void let_expire(trial& in, const trial_ids& ids) {
    in.afterwards(reserving().undo(ids));
    auto body = reserving().body(in.options(), ids);
    body["ttl_seconds"] = short_ttl_seconds;
    const exchange held = in.send(reserving().make(ids, body));
    in.prepared(in.is_done(held), "`reserve_inventory` did not work", held);
    const exchange last = in.poll([&] { return read(ids); }, is_over);
    in.expect(last.status != 0 && is_over(last), "it to be reserved no longer", last);
}

void is_confirmed(trial& in) {
    const auto ids = in.fresh_ids();
    reserving().prepare(in, ids);
    in.expect_success(in.send(confirm(ids)));
}

void repeats_the_confirmation(trial& in) {
    const auto ids = in.fresh_ids();
    reserving().prepare(in, ids);
    const exchange first = in.send(confirm(ids));
    in.prepared(in.is_done(first), "`confirm_inventory` did not work", first);
    const exchange again = in.send(confirm(ids));
    in.expect(again.same_answer(first), "the first answer again", again);
}

void refuses_to_confirm_what_never_was(trial& in) {
    in.expect_refused(in.send(confirm(in.fresh_ids())));
}

void refuses_to_confirm_what_was_released(trial& in) {
    const auto ids = in.fresh_ids();
    reserving().prepare(in, ids);
    const exchange released = in.send(reserving().undo(ids));
    in.prepared(in.is_done(released), "the release did not work", released);
    in.expect_refused(in.send(confirm(ids)));
}

void refuses_to_release_what_is_sold(trial& in) {
    const auto ids = in.fresh_ids();
    reserving().prepare(in, ids);
    const exchange sold = in.send(confirm(ids));
    in.prepared(in.is_done(sold), "`confirm_inventory` did not work", sold);
    const exchange seen = in.send(reserving().undo(ids));
    in.expect(
        seen.status == 409 && seen.code() == "already_confirmed",
        "409 with code `already_confirmed`", seen
    );
}

void expires(trial& in) {
    const auto ids = in.fresh_ids();
    let_expire(in, ids);
    const exchange seen = in.send(read(ids));
    in.expect(
        seen.text("status") == "expired" || seen.text("status") == "released",
        "a `status` \"expired\" (or \"released\")", seen
    );
}

void refuses_to_confirm_what_expired(trial& in) {
    const auto ids = in.fresh_ids();
    let_expire(in, ids);
    const exchange seen = in.send(confirm(ids));
    in.expect(
        (seen.status == 409 || seen.status == 410) && seen.code() == "reservation_expired",
        "409 or 410 with code `reservation_expired`", seen
    );
}

void tells_the_status(trial& in) {
    const auto kept = in.fresh_ids();
    reserving().prepare(in, kept);
    const auto expect_status = [&](const trial_ids& ids, std::string_view status) {
        const exchange seen = in.send(read(ids));
        const bool told = seen.status == 200 && seen.text("status") == status;
        in.expect(told, fmt::format("200 with `status` \"{}\"", status), seen);
    };
    expect_status(kept, "reserved");
    const exchange sold = in.send(confirm(kept));
    in.prepared(in.is_done(sold), "`confirm_inventory` did not work", sold);
    expect_status(kept, "confirmed");
    const auto given_back = in.fresh_ids();
    reserving().prepare(in, given_back);
    const exchange released = in.send(reserving().undo(given_back));
    in.prepared(in.is_done(released), "the release did not work", released);
    expect_status(given_back, "released");
}

void does_not_know_what_never_was(trial& in) {
    const exchange seen = in.send(read(in.fresh_ids()));
    in.expect(seen.status == 404 && seen.refused(), "404 with a JSON `code`", seen);
}

void refuses_an_unknown_sku(trial& in) {
    const auto ids = in.fresh_ids();
    in.afterwards(reserving().undo(ids));
    auto body = reserving().body(in.options(), ids);
    body["items"].as_array()[0].as_object()["sku"] = in.options().unknown_sku;
    in.expect_refused(in.send(reserving().make(ids, body)));
}

contract_case of(std::string_view id, std::vector<std::string> needs, void (*run)(trial&)) {
    return case_of(backend_kind::inventory, id, std::move(needs), run);
}

constexpr const char* reserve_done = "inventory.reserve.done";
constexpr const char* confirm_done = "inventory.confirm.done";
constexpr const char* takes_effect = "inventory.release.takes_effect";
constexpr const char* reserve_expires = "inventory.reserve.expires";

void add_confirm_cases(case_list& to) {
    add_case(
        to, of("confirm.done", {reserve_done}, is_confirmed),
        "`confirm_inventory` takes what is reserved for good and says so.",
        "It is the pivot: until it is answered no checkout completes."
    );
    add_case(
        to, of("confirm.repeated_key", {confirm_done}, repeats_the_confirmation),
        "`confirm_inventory` with a repeated key gets the first answer again.",
        "A repeated confirm that is refused makes the engine undo a purchase whose stock is sold."
    );
    add_case(
        to, of("confirm.never_seen", {}, refuses_to_confirm_what_never_was),
        "`confirm_inventory` of an unknown reservation is refused with a code.",
        "Otherwise goods are sold that nobody holds."
    );
    add_case(
        to,
        of("confirm.after_release", {confirm_done, takes_effect},
           refuses_to_confirm_what_was_released),
        "`confirm_inventory` of a released reservation is refused with a code.",
        "Otherwise stock is sold that somebody else may hold by now."
    );
    add_case(
        to,
        of("confirm.after_expiry", {confirm_done, reserve_expires},
           refuses_to_confirm_what_expired),
        "`confirm_inventory` after the reservation's end is refused with `reservation_expired`.",
        "Otherwise stock is sold that went back on the shelf: it is sold twice."
    );
    add_case(
        to, of("release.after_confirm", {confirm_done}, refuses_to_release_what_is_sold),
        "`release_inventory` of what is sold is refused with 409 `already_confirmed`.",
        "Otherwise sold goods go back on the shelf and are sold again."
    );
}

}  // namespace

void add_inventory_cases(case_list& to) {
    add_case(
        to, of("reserve.unknown_sku", {reserve_done}, refuses_an_unknown_sku),
        "`reserve_inventory` of a SKU that there is not is refused with a code.",
        "Otherwise customers pay for what nobody can deliver."
    );
    add_case(
        to, of("reserve.expires", {reserve_done}, expires),
        "A reservation ends by itself when its time is over.",
        "When engine or shop are gone for long, stock would stay held for nobody."
    );
    add_confirm_cases(to);
    add_case(
        to, of("read.status", {confirm_done, takes_effect}, tells_the_status),
        "`read_reservation` tells whether it is reserved, confirmed or released.",
        "It settles a confirm that was not answered; a wrong word undoes a sale or keeps a loss."
    );
    add_case(
        to, of("read.never_seen", {}, does_not_know_what_never_was),
        "`read_reservation` of an unknown id is a 404 with a code.",
        "Only that tells the engine that nothing is held; otherwise the checkout hangs."
    );
}

}  // namespace makegood::conformance
