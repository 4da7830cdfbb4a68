#include <fmt/format.h>

#include "conformance/case_groups.hpp"

namespace makegood::conformance {

namespace {

const doing& reserving() {
    return doing_named("reserve_inventory");
}

struct wish {
    std::int64_t quantity;
    std::int64_t ttl_seconds = 300;
};

// Of the scarce SKU. Given back when the case is over.
backend_call reserve_scarce(trial& in, const trial_ids& ids, const wish& wanted) {
    in.afterwards(reserving().undo(ids));
    auto body = reserving().body(in.options(), ids);
    auto& line = body["items"].as_array()[0].as_object();
    line["sku"] = in.options().scarce_sku;
    line["quantity"] = wanted.quantity;
    body["ttl_seconds"] = wanted.ttl_seconds;
    return reserving().make(ids, body);
}

void give_back(trial& in, const trial_ids& ids) {
    const exchange released = in.send(reserving().undo(ids));
    in.prepared(in.is_done(released), "the release did not work", released);
}

trial_ids hold_all(trial& in, std::int64_t ttl_seconds = 300) {
    auto ids = in.fresh_ids();
    const auto all = in.options().scarce_stock;
    const exchange held =
        in.send(reserve_scarce(in, ids, {.quantity = all, .ttl_seconds = ttl_seconds}));
    in.prepared(
        in.is_done(held),
        fmt::format(
            "{} of {} could not be reserved (is --scarce-stock what is free?)", all,
            in.options().scarce_sku
        ),
        held
    );
    return ids;
}

void expect_all_free(trial& in) {
    const exchange held =
        in.send(reserve_scarce(in, in.fresh_ids(), {.quantity = in.options().scarce_stock}));
    in.expect(in.is_done(held), "that all can be reserved again", held);
}

void refuses_more_than_there_is(trial& in) {
    hold_all(in);
    const exchange seen = in.send(reserve_scarce(in, in.fresh_ids(), {.quantity = 1}));
    const bool named = seen.text("sku") == in.options().scarce_sku;
    in.expect(
        seen.status == 409 && seen.code() == "insufficient_stock" && named,
        "409 with code `insufficient_stock` and the `sku`", seen
    );
}

void gives_released_stock_back(trial& in) {
    give_back(in, hold_all(in));
    expect_all_free(in);
}

void holds_all_lines_or_none(trial& in) {
    const auto ids = in.fresh_ids();
    in.afterwards(reserving().undo(ids));
    auto body = reserving().body(in.options(), ids);
    body["items"] = boost::json::array{
        boost::json::object{
            {"sku", in.options().scarce_sku}, {"quantity", in.options().scarce_stock}},
        boost::json::object{{"sku", in.options().unknown_sku}, {"quantity", 1}}};
    in.expect_refused(in.send(reserving().make(ids, body)));
    expect_all_free(in);
}

void gives_expired_stock_back(trial& in) {
    hold_all(in, 1);
    const auto next_try = [&] {
        return reserve_scarce(in, in.fresh_ids(), {.quantity = in.options().scarce_stock});
    };
    const exchange last = in.poll(next_try, [&](const exchange& seen) { return in.is_done(seen); });
    in.expect(in.is_done(last), "that all can be reserved again by now", last);
}

void sells_the_last_once(trial& in) {
    std::vector<backend_call> calls;
    for (std::int64_t number = 0; number < rush_size; ++number) {
        calls.push_back(reserve_scarce(in, in.fresh_ids(), {.quantity = 1}));
    }
    const auto answers = in.send_at_once(std::move(calls));
    std::int64_t sold = 0;
    for (const exchange& each : answers) {
        const bool short_of = each.status == 409 && each.code() == "insufficient_stock";
        in.expect(in.is_done(each) || short_of, "a success or 409 `insufficient_stock`", each);
        if (in.is_done(each) && ++sold > in.options().scarce_stock) {
            in.expect(
                false,
                fmt::format(
                    "{} of {} reservations to succeed", in.options().scarce_stock, rush_size
                ),
                each
            );
        }
    }
    in.expect(
        sold == in.options().scarce_stock,
        fmt::format(
            "{} of {} reservations to succeed (it were {})", in.options().scarce_stock, rush_size,
            sold
        ),
        answers.back()
    );
}

contract_case of(std::string_view id, std::vector<std::string> needs, void (*run)(trial&)) {
    auto made = case_of(backend_kind::inventory, id, std::move(needs), run);
    made.option = needed_option::scarce_sku;
    return made;
}

}  // namespace

void add_stock_cases(case_list& to) {
    const std::string returns_stock = "inventory.release.returns_stock";
    const std::string insufficient = "inventory.reserve.insufficient_stock";
    add_case(
        to,
        of("release.returns_stock", {"inventory.release.takes_effect"}, gives_released_stock_back),
        "Released stock can be reserved again.",
        "Otherwise every failed checkout makes goods unsellable until somebody counts the shelf."
    );
    add_case(
        to, of("reserve.insufficient_stock", {returns_stock}, refuses_more_than_there_is),
        "`reserve_inventory` of more than there is, is refused with 409 `insufficient_stock` and "
        "the `sku`.",
        "The customer is told what is short; another code reads as a failure of the shop."
    );
    add_case(
        to,
        of("reserve.all_or_nothing", {returns_stock, "inventory.reserve.unknown_sku"},
           holds_all_lines_or_none),
        "`reserve_inventory` holds all lines or none.",
        "A refusal is not undone; otherwise the lines that were held stay held until they expire."
    );
    add_case(
        to, of("reserve.last_item", {insufficient}, sells_the_last_once),
        fmt::format(
            "Of {} reservations of the last pieces at once, as many succeed as there are pieces.",
            rush_size
        ),
        "In a rush more customers pay than there are goods, and all but one are disappointed."
    );
    add_case(
        to,
        of("reserve.expiry_returns_stock", {returns_stock, "inventory.reserve.expires"},
           gives_expired_stock_back),
        "Stock of a reservation that ended by itself can be reserved again.",
        "Otherwise every engine that is gone for long leaves goods that nobody can buy."
    );
}

}  // namespace makegood::conformance
