#include "sagas/checkout/answers.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <map>

#include "engine/assert.hpp"
#include "engine/limits.hpp"
#include "sagas/contract/answer_reading.hpp"
#include "sagas/contract/derived_ids.hpp"
#include "sagas/contract/tenders.hpp"
#include "sagas/contract/variable_names.hpp"
#include "sagas/json/canonical.hpp"
#include "sagas/json/card_numbers.hpp"
#include "sagas/json/scratch_memory.hpp"
#include "sagas/json/strict_reading.hpp"
#include "sagas/json/writing.hpp"

namespace makegood::checkout {
namespace {

namespace bj = boost::json;
namespace variable = contract::variable;
using contract::agrees;
using contract::array_member;
using contract::integer_member;
using contract::malformed;
using contract::text_member;

// One success to read: `body` is its JSON object.
struct success {
    const saga_record& saga;
    call_ordinal ordinal;
    const backend_answer& answer;
    const bj::object& body;

    [[nodiscard]] call_answer broken(std::string_view what) const {
        return malformed(answer, what);
    }
};

constexpr std::size_t next_action_bytes_max = 8 * 1024;

// -- cart and prices

struct item {
    std::string_view sku;
    std::int64_t quantity = 0;
};

std::optional<item> read_item(const bj::value& value) {
    const bj::object* object = value.if_object();
    if (object == nullptr) return {};
    const auto sku = text_member(*object, "sku");
    const auto quantity = integer_member(*object, "quantity");
    if (!sku || sku->empty() || !quantity) return {};
    if (*quantity < 1 || *quantity > limits::quantity_max) return {};
    return item{*sku, *quantity};
}

call_answer read_cart(const success& cart) {
    const auto customer = text_member(cart.body, "customer_id");
    const auto currency = text_member(cart.body, "currency");
    const bj::array* items = array_member(cart.body, "items");
    if (!customer || !currency || items == nullptr) {
        return cart.broken("without the cart's customer_id, items and currency");
    }
    if (!agrees(cart.body, "cart_id", cart.saga.text(variable::cart_id))) {
        return cart.broken("with another cart than the one that was asked for");
    }
    if (*customer != cart.saga.customer.value) {
        return answered_refused{"cart_not_found", "the cart belongs to another customer"};
    }
    if (*currency != cart.saga.text(variable::currency)) {
        return answered_refused{
            "price_changed", "the cart is in another currency than the checkout"};
    }
    if (items->empty()) return answered_refused{"empty_cart", "there is nothing in the cart"};
    if (items->size() > limits::items_max) return cart.broken("with more items than are allowed");

    std::string kept = "[";
    for (const bj::value& each : *items) {
        const auto line = read_item(each);
        if (!line) return cart.broken("with an item that has no sku or no valid quantity");
        if (json::holds_card_number(line->sku)) {
            return cart.broken("with a card number in place of an sku, which must not be kept");
        }
        if (kept.size() > 1) kept += ',';
        json::object_text(kept).text("sku", line->sku).number("quantity", line->quantity).finish();
    }
    answered_done done;
    done.learnt.set(variable::items, kept + "]");
    return done;
}

using quantities = std::map<std::string, std::int64_t, std::less<>>;

// What was asked for, or quoted, by SKU: a backend may merge or reorder lines.
quantities quantities_of(const bj::array& items) {
    quantities sums;
    for (const bj::value& each : items) {
        const auto line = read_item(each);
        if (line) sums[std::string(line->sku)] += line->quantity;
    }
    return sums;
}

bool is_amount(std::int64_t value) {
    return value >= 0 && value <= limits::amount_max;
}

// One priced line as it is kept; nothing when it is not well-formed.
std::optional<std::string> priced_line(const bj::value& value, std::int64_t& total) {
    const auto line = read_item(value);
    if (!line) return {};
    const auto unit_price = integer_member(value.get_object(), "unit_price");
    const auto amount = integer_member(value.get_object(), "amount");
    if (!unit_price || !amount || !is_amount(*unit_price) || !is_amount(*amount)) return {};
    total += *amount;
    return json::object_text(96)
        .text("sku", line->sku)
        .number("quantity", line->quantity)
        .number("unit_price", *unit_price)
        .number("amount", *amount)
        .finish();
}

call_answer read_quote(const success& quote) {
    const bj::array* items = array_member(quote.body, "items");
    const auto total = integer_member(quote.body, "total");
    const auto currency = text_member(quote.body, "currency");
    if (items == nullptr || !total || !currency || !is_amount(*total)) {
        return quote.broken("without the quote's items, total and currency");
    }
    if (*currency != quote.saga.text(variable::currency)) {
        return quote.broken("with a quote in another currency");
    }
    if (items->size() > limits::items_max) return quote.broken("with more lines than are allowed");
    std::string kept = "[";
    std::int64_t sum = 0;
    for (const bj::value& each : *items) {
        const auto line = priced_line(each, sum);
        if (!line) return quote.broken("with a line that is not well-formed");
        if (kept.size() > 1) kept += ',';
        kept += *line;
    }
    if (sum != *total) return quote.broken("with a total that is not the sum of its lines");
    const bj::value asked = bj::parse(quote.saga.text(variable::items));
    if (quantities_of(*items) != quantities_of(asked.as_array())) {
        return quote.broken("with a quote for other items than those asked for");
    }
    answered_done done;
    done.learnt.set(variable::lines, kept + "]");
    done.learnt.set(variable::total, *total);
    return done;
}

// -- reservation

call_answer read_reserved(const success& reserved) {
    const auto expires_at = text_member(reserved.body, "expires_at");
    const auto expires = expires_at ? parse_instant(*expires_at) : std::nullopt;
    if (text_member(reserved.body, "status") != "reserved" || !expires) {
        return reserved.broken("without the reservation's status and expires_at");
    }
    if (!agrees(reserved.body, "reservation_id", contract::reservation_id(reserved.saga.id))) {
        return reserved.broken("with another reservation than the one that was asked for");
    }
    answered_done done;
    done.learnt.set(
        variable::reservation_expires_ms,
        static_cast<std::int64_t>(expires->time_since_epoch().count())
    );
    return done;
}

call_answer read_confirmed(const success& confirmed) {
    if (text_member(confirmed.body, "status") != "confirmed") {
        return confirmed.broken("without saying that the reservation is confirmed");
    }
    if (!agrees(confirmed.body, "reservation_id", contract::reservation_id(confirmed.saga.id))) {
        return confirmed.broken("with another reservation than the one that was asked for");
    }
    return answered_done{};
}

call_answer read_standing(const success& read) {
    const auto status = text_member(read.body, "status");
    constexpr std::array known{"reserved", "confirmed", "released", "expired"};
    if (!status || std::ranges::find(known, *status) == known.end()) {
        return read.broken("without a reservation status that is known");
    }
    answered_done done;
    done.learnt.set(variable::reservation_status, std::string(*status));
    return done;
}

// -- payment and order

call_answer read_waiting(const success& authorized) {
    const bj::value* next = authorized.body.if_contains("next_action");
    if (next == nullptr || !next->is_object()) {
        return authorized.broken("asking for an action of the customer without next_action");
    }
    std::string kept = json::compact_text(*next);
    // A number beyond every double is infinite by now, and what is written of it is no JSON.
    const bool is_json = json::read_strictly(kept).has_value();
    if (!is_json || kept.size() > next_action_bytes_max || json::find_card_number(*next)) {
        return authorized.broken("with a next_action that must not be kept");
    }
    answered_waiting waiting;
    waiting.learnt.set(variable::next_action(authorized.ordinal), std::move(kept));
    return waiting;
}

call_answer read_authorized(const success& authorized) {
    const id_text id = contract::authorization_id(authorized.saga.id, authorized.ordinal);
    if (!agrees(authorized.body, "authorization_id", id)) {
        return authorized.broken("with another authorization than the one that was asked for");
    }
    const auto status = text_member(authorized.body, "status");
    const bool accepted = authorized.answer.status == 202;
    if (accepted && status == "requires_action") return read_waiting(authorized);
    if (!accepted && status == "authorized") return answered_done{};
    return authorized.broken("without saying whether the payment is authorized");
}

call_answer read_order(const success& created) {
    const auto id = text_member(created.body, "order_id");
    if (id != contract::order_id(created.saga.id).view()) {
        return created.broken("without the order_id that was asked for");
    }
    return answered_done{};
}

call_answer read_voided(const success& voided) {
    if (text_member(voided.body, "status") != "voided") {
        return voided.broken("without saying that the authorization is voided");
    }
    return answered_done{};
}

struct named_reader {
    std::string_view call;
    call_answer (*read)(const success&);
};
// Calls that are not here say all in their status.
constexpr std::array readers{
    named_reader{"read_cart", read_cart},
    named_reader{"quote", read_quote},
    named_reader{"reserve_inventory", read_reserved},
    named_reader{"confirm_inventory", read_confirmed},
    named_reader{"read_reservation", read_standing},
    named_reader{"authorize_payment", read_authorized},
    named_reader{"create_order", read_order},
    named_reader{"void_payment", read_voided},
};

call_answer read_success(
    std::string_view call,
    call_ordinal ordinal,
    const saga_record& saga,
    const backend_answer& answer
) {
    const auto reader = std::ranges::find(readers, call, &named_reader::call);
    if (reader == readers.end()) return contract::read_plain_success(answer);
    json::scratch_memory memory;
    const auto body = contract::read_object(answer, memory.storage());
    if (!body) return malformed(answer, "without a JSON object that can be read");
    return reader->read({saga, ordinal, answer, *body});
}

// At the pivot nobody guesses: only inventory's own word, a 404 with a code, says that there is no
// reservation. A page of some proxy does not.
call_answer read_missing_reservation() {
    answered_done done;
    done.learnt.set(variable::reservation_status, std::string("missing"));
    return done;
}

}  // namespace

call_answer answer_of(
    const call_spec& call,
    call_ordinal ordinal,
    const saga_record& saga,
    const backend_answer& answer
) {
    if (answer.status == 404 && call.name.value == "read_cart") {
        return answered_refused{"cart_not_found", "there is no such cart"};
    }
    auto failure = contract::read_failure(answer, saga);
    if (!failure) return read_success(call.name.value, ordinal, saga, answer);
    const auto* refused = std::get_if<answered_refused>(&*failure);
    if (refused != nullptr && answer.status == 404 && call.name.value == "read_reservation") {
        return read_missing_reservation();
    }
    // Only money that was taken already is another way; every other no to a void needs a person.
    if (refused != nullptr && call.name.value == "void_payment"
        && refused->code != "already_captured") {
        const bool says_more = refused->detail != refused->code;
        return answered_denied{refused->code + (says_more ? ": " + refused->detail : "")};
    }
    return std::move(*failure);
}

}  // namespace makegood::checkout
