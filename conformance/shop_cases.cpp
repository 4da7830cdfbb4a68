#include <boost/json/array.hpp>

#include "conformance/case_groups.hpp"

namespace makegood::conformance {

namespace {

// -- cart

backend_call read(const std::string& cart_id, const trial_ids& ids) {
    return {"GET", "/v1/carts/" + cart_id, {}, ids.key("read_cart")};
}

backend_call clear(const std::string& cart_id, const trial_ids& ids) {
    return {"DELETE", "/v1/carts/" + cart_id, {}, ids.key("clear_cart")};
}

const boost::json::array* lines_of(const exchange& seen) {
    const auto* items = seen.object ? seen.object->if_contains("items") : nullptr;
    return items != nullptr ? items->if_array() : nullptr;
}

bool is_cleared(const trial& in, const exchange& seen) {
    return seen.status == 404 || in.is_done(seen);
}

void reads_the_cart(trial& in) {
    in.expect_success(in.send(read(in.options().cart_id, in.fresh_ids())));
}

void does_not_know_an_unknown_cart(trial& in) {
    const auto ids = in.fresh_ids();
    const exchange seen = in.send(read("cart_" + ids.suffix, ids));
    in.expect(seen.status == 404, "404", seen);
}

void clears_what_never_was(trial& in) {
    const auto ids = in.fresh_ids();
    const exchange seen = in.send(clear("cart_" + ids.suffix, ids));
    in.expect(is_cleared(in, seen), "a success with an empty body or a JSON object, or 404", seen);
}

void repeats_the_clearing(trial& in) {
    const auto ids = in.fresh_ids();
    const auto call = clear("cart_" + ids.suffix, ids);
    const exchange first = in.send(call);
    in.prepared(is_cleared(in, first), "`clear_cart` did not work", first);
    const exchange again = in.send(call);
    in.expect(is_cleared(in, again), "a success or 404 again", again);
}

void clears_the_cart(trial& in) {
    const auto ids = in.fresh_ids();
    const exchange cleared = in.send(clear(in.options().cart_id, ids));
    in.expect(
        is_cleared(in, cleared), "a success with an empty body or a JSON object, or 404", cleared
    );
    const exchange seen = in.send(read(in.options().cart_id, in.fresh_ids()));
    const auto* lines = lines_of(seen);
    const bool is_empty = seen.status == 200 && lines != nullptr && lines->empty();
    in.expect(seen.status == 404 || is_empty, "404 or a cart without lines", seen);
}

// -- catalog

void quotes_no_unknown_sku(trial& in) {
    const doing& quoting = doing_named("quote");
    const auto ids = in.fresh_ids();
    auto body = quoting.body(in.options(), ids);
    body["items"].as_array()[0].as_object()["sku"] = in.options().unknown_sku;
    const exchange seen = in.send(quoting.make(ids, body));
    in.expect(
        (seen.status == 404 || seen.status == 422) && seen.code() == "unknown_sku",
        "404 or 422 with code `unknown_sku`", seen
    );
}

}  // namespace

void add_cart_cases(case_list& to) {
    const auto cart = backend_kind::cart;
    auto reading = case_of(cart, "read.done", {}, reads_the_cart);
    reading.option = needed_option::cart_id;
    add_case(
        to, std::move(reading), "`read_cart` answers what is in the cart.",
        "Otherwise no checkout can be started from a cart."
    );
    add_case(
        to, case_of(cart, "read.never_seen", {}, does_not_know_an_unknown_cart),
        "`read_cart` of an unknown cart is a 404.",
        "Otherwise a checkout of nothing is tried again and again instead of being refused."
    );
    add_case(
        to, case_of(cart, "clear.never_seen", {}, clears_what_never_was),
        "`clear_cart` of an unknown cart succeeds, or is a 404.",
        "A cart may be gone by itself; a failure here is repeated after the customer has paid."
    );
    add_case(
        to, case_of(cart, "clear.repeated_key", {"cart.clear.never_seen"}, repeats_the_clearing),
        "`clear_cart` with a repeated key succeeds, or is a 404.",
        "A retry that is refused calls a person for a purchase that is complete."
    );
    auto clearing =
        case_of(cart, "clear.done", {"cart.read.done", "cart.read.never_seen"}, clears_the_cart);
    clearing.option = needed_option::cart_id;
    add_case(
        to, std::move(clearing), "`clear_cart` empties the cart.",
        "Otherwise customers find what they bought in their cart, and buy it again."
    );
}

void add_catalog_cases(case_list& to) {
    add_case(
        to,
        case_of(
            backend_kind::catalog, "quote.unknown_sku", {"catalog.quote.done"},
            quotes_no_unknown_sku
        ),
        "`quote` of a SKU that there is not is refused with `unknown_sku`.",
        "Otherwise customers pay for what there is not, or are told that the shop is broken."
    );
}

}  // namespace makegood::conformance
