#include "sagas/checkout/start_request.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "engine/limits.hpp"
#include "sagas/contract/variable_names.hpp"
#include "sagas/json/body_reading.hpp"
#include "sagas/json/canonical.hpp"
#include "sagas/json/fields.hpp"
#include "sagas/json/scratch_memory.hpp"
#include "sagas/json/sha256.hpp"
#include "sagas/json/writing.hpp"

namespace makegood::checkout {
namespace {

namespace bj = boost::json;
using json::field_reader;
using json::problem_list;
namespace variable = contract::variable;

constexpr std::size_t sku_bytes_max = 128;
constexpr std::size_t cart_id_bytes_max = 128;
constexpr std::size_t method_bytes_max = 64;
constexpr std::size_t token_bytes_max = 4 * 1024;
constexpr std::size_t inputs_expected = 16;  // what a request has and the settings

// Reads the request field by field into the inputs of the saga. Lives for one request.
class request_reader {
public:
    request_reader(const bj::object& request, const checkout_settings& settings)
        : settings_(settings), fields_(request, "", problems_) {
        inputs_.reserve(inputs_expected);
    }

    void read() {
        fields_.refuse_others(
            {"customer_id", "cart_id", "items", "currency", "expected_total", "payment", "payments",
             "shipping_address", "metadata"}
        );
        if (const auto customer = fields_.text("customer_id", limits::customer_id_bytes_max)) {
            customer_ = *customer;
        }
        read_goods();
        read_currency();
        if (fields_.has("expected_total")) {
            keep(
                variable::expected_total,
                fields_.whole_number("expected_total", {0, limits::amount_max})
            );
        }
        read_tenders();
        read_shipping_address();
        read_metadata();
        keep_settings();
    }

    problem_list& problems() { return problems_; }
    const std::string& customer() const { return customer_; }
    variables take_inputs() { return std::move(inputs_); }

private:
    // -- goods

    void read_goods() {
        const bool has_cart = fields_.has("cart_id");
        if (has_cart == fields_.has("items")) {
            fields_.refuse(
                has_cart ? "items" : "cart_id", "exactly one of cart_id and items is expected"
            );
            return;
        }
        if (has_cart) {
            read_cart_id();
        } else {
            read_items();
        }
    }

    void read_cart_id() {
        if (!settings_.has_cart || !settings_.has_catalog) {
            const std::string_view missing = settings_.has_cart ? "catalog" : "cart";
            fields_.refuse(
                "cart_id", "this engine has no " + std::string(missing)
                               + " backend configured: send items with their unit_price instead"
            );
            return;
        }
        const auto id = fields_.text("cart_id", cart_id_bytes_max);
        if (id && (*id == "." || *id == ".."))
            return fields_.refuse("cart_id", "this is no cart's id");
        keep(variable::cart_id, id);
    }

    void read_items() {
        const bj::array* items = fields_.find("items")->if_array();
        if (items == nullptr || items->empty() || items->size() > limits::items_max) {
            return fields_.refuse(
                "items",
                "a list of 1 to " + std::to_string(limits::items_max) + " items is expected"
            );
        }
        std::string asked = "[";
        std::string priced = "[";
        asked.reserve(items->size() * 64);
        priced.reserve(items->size() * 96);
        for (std::size_t i = 0; i < items->size(); ++i) {
            read_item((*items)[i], "/items/" + std::to_string(i), asked, priced);
        }
        inputs_.set(variable::items, std::move(asked += ']'));
        if (settings_.has_catalog) return;
        if (total_ > limits::amount_max) {
            fields_.refuse(
                "items",
                "together they must not cost more than " + std::to_string(limits::amount_max)
            );
        }
        inputs_.set(variable::lines, std::move(priced += ']'));
        inputs_.set(variable::total, total_);
    }

    void read_item(
        const bj::value& value, const std::string& pointer, std::string& asked, std::string& priced
    ) {
        const bj::object* object = value.if_object();
        if (object == nullptr) return problems_.add(pointer, "an object is expected");
        field_reader item(*object, pointer, problems_);
        item.refuse_others({"sku", "quantity", "unit_price"});
        const auto sku = item.text("sku", sku_bytes_max);
        const auto quantity = item.whole_number("quantity", {1, limits::quantity_max});
        const auto unit_price = read_unit_price(item);
        if (!sku || !quantity) return;
        if (asked.size() > 1) asked += ',';
        json::object_text(asked).text("sku", *sku).number("quantity", *quantity).finish();
        if (!unit_price) return;
        const std::int64_t amount = *quantity * *unit_price;  // at most 10^6 * 10^12
        total_ = std::min(total_, limits::amount_max) + std::min(amount, limits::amount_max + 1);
        if (priced.size() > 1) priced += ',';
        json::object_text(priced)
            .text("sku", *sku)
            .number("quantity", *quantity)
            .number("unit_price", *unit_price)
            .number("amount", amount)
            .finish();
    }

    std::optional<std::int64_t> read_unit_price(field_reader& item) {
        if (!settings_.has_catalog) return item.whole_number("unit_price", {0, limits::amount_max});
        if (item.has("unit_price")) {
            item.refuse("unit_price", "prices come from the catalog: leave unit_price out");
        }
        return {};
    }

    void read_currency() {
        const auto currency = fields_.text("currency", 3);
        if (!currency) return;
        const bool is_code = currency->size() == 3 && std::ranges::all_of(*currency, [](char byte) {
                                 return byte >= 'A' && byte <= 'Z';
                             });
        if (!is_code) {
            return fields_.refuse("currency", "an ISO 4217 code such as USD is expected");
        }
        keep(variable::currency, currency);
    }

    // -- payment

    void read_tenders() {
        const bool one = fields_.has("payment");
        if (one == fields_.has("payments")) {
            return fields_.refuse("payment", "exactly one of payment and payments is expected");
        }
        if (one) {
            read_tender(*fields_.find("payment"), "/payment", 1, false);
            inputs_.set(variable::tenders, std::int64_t{1});
        } else {
            read_several_tenders();
        }
    }

    void read_several_tenders() {
        const bj::array* tenders = fields_.find("payments")->if_array();
        if (tenders == nullptr || tenders->empty() || tenders->size() > limits::payments_max) {
            return fields_.refuse(
                "payments",
                "a list of 1 to " + std::to_string(limits::payments_max) + " payments is expected"
            );
        }
        std::size_t without_amount = 0;
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < tenders->size(); ++i) {
            const auto amount =
                read_tender((*tenders)[i], "/payments/" + std::to_string(i), i + 1, true);
            without_amount += amount ? 0 : 1;
            sum += amount.value_or(0);  // at most 8 * 10^12
        }
        if (without_amount != 1) {
            fields_.refuse("payments", "exactly one payment without an amount pays the rest");
        }
        if (sum > limits::amount_max) {
            fields_.refuse(
                "payments", "together they must not exceed " + std::to_string(limits::amount_max)
            );
        }
        inputs_.set(variable::tenders, static_cast<std::int64_t>(tenders->size()));
    }

    // Returns its own amount, if it says one.
    std::optional<std::int64_t> read_tender(
        const bj::value& value, std::string pointer, std::size_t tender, bool may_have_amount
    ) {
        const bj::object* object = value.if_object();
        if (object == nullptr) {
            problems_.add(std::move(pointer), "an object is expected");
            return {};
        }
        field_reader payment(*object, std::move(pointer), problems_);
        if (may_have_amount) {
            payment.refuse_others({"method", "token", "amount"});
        } else {
            payment.refuse_others({"method", "token"});
        }
        const auto method = payment.text("method", method_bytes_max);
        const auto token = payment.text("token", token_bytes_max);
        if (method && token) inputs_.set(variable::payment(tender), json::compact_text(value));
        if (!may_have_amount || !payment.has("amount")) return {};
        const auto amount = payment.whole_number("amount", {1, limits::amount_max});
        keep(variable::amount(tender), amount);
        return amount.value_or(1);  // it has one, although a wrong one
    }

    // -- what is only passed on

    void read_shipping_address() {
        const bj::value* address = fields_.find("shipping_address");
        if (address == nullptr) return;
        std::string kept = json::compact_text(*address);
        if (!address->is_object() || kept.size() > limits::shipping_address_bytes_max) {
            return fields_.refuse(
                "shipping_address", "an object of at most "
                                        + std::to_string(limits::shipping_address_bytes_max)
                                        + " bytes is expected"
            );
        }
        inputs_.set(variable::shipping_address, std::move(kept));
    }

    void read_metadata() {
        const bj::value* value = fields_.find("metadata");
        if (value == nullptr) return;
        const bj::object* metadata = value->if_object();
        if (metadata == nullptr || metadata->size() > limits::metadata_pairs_max) {
            return fields_.refuse(
                "metadata", "an object of at most " + std::to_string(limits::metadata_pairs_max)
                                + " texts is expected"
            );
        }
        field_reader pairs(*metadata, "/metadata", problems_);
        for (const bj::key_value_pair& each : *metadata)
            read_metadata_pair(pairs, each);
        inputs_.set(variable::metadata, json::compact_text(*value));
    }

    // Its beginning, when it is too long to be told, up to the end of a UTF-8 character.
    static std::string_view told(std::string_view name) {
        std::size_t end = std::min(name.size(), limits::metadata_bytes_max);
        while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80)
            --end;
        return name.substr(0, end);
    }

    static void read_metadata_pair(field_reader& pairs, const bj::key_value_pair& pair) {
        const std::string_view key = pair.key();
        if (key.empty() || key.size() > limits::metadata_bytes_max) {
            pairs.refuse(
                told(key), "a name of 1 to " + std::to_string(limits::metadata_bytes_max)
                               + " bytes is expected"
            );
        }
        const bj::string* text = pair.value().if_string();
        if (text == nullptr || text->size() > limits::metadata_bytes_max) {
            pairs.refuse(
                told(key), "a text of at most " + std::to_string(limits::metadata_bytes_max)
                               + " bytes is expected"
            );
        }
    }

    // -- settings

    void keep_settings() {
        inputs_.set(variable::reservation_ttl_ms, std::int64_t{settings_.reservation_ttl.count()});
        inputs_.set(variable::deadline_ms, std::int64_t{settings_.deadline.count()});
        keep_flag(variable::has_cart, settings_.has_cart);
        keep_flag(variable::has_catalog, settings_.has_catalog);
        keep_flag(variable::has_fulfillment, settings_.has_fulfillment);
        keep_flag(variable::has_notification, settings_.has_notification);
        keep_flag(variable::fulfils, settings_.fulfilment_enabled);
        if (!settings_.track_shipments || !settings_.has_fulfillment) return;
        keep_flag(variable::tracks_shipment, true);
        inputs_.set(variable::delivery_deadline_ms, settings_.delivery_deadline.count());
    }

    void keep_flag(std::string_view name, bool on) {
        if (on) inputs_.set(name, std::string("1"));
    }

    void keep(std::string_view name, std::optional<std::int64_t> value) {
        if (value) inputs_.set(name, *value);
    }
    void keep(std::string_view name, std::optional<std::string_view> value) {
        if (value) inputs_.set(name, std::string(*value));
    }

    const checkout_settings& settings_;
    problem_list problems_;
    field_reader fields_;
    variables inputs_;
    std::string customer_;
    std::int64_t total_ = 0;  // of the items, when they bring their prices
};

payload_fingerprint fingerprint_of(const bj::value& request, std::size_t bytes_expected) {
    const std::string canonical = json::canonical_text(request, bytes_expected);
    return json::sha256(canonical);
}

start_refusal invalid_fields(std::vector<field_problem> problems) {
    std::string detail = problems.size() == 1
                             ? problems.front().pointer + ": " + problems.front().detail
                             : std::to_string(problems.size()) + " fields are not valid";
    return {"invalid-field", std::move(detail), std::move(problems)};
}

}  // namespace

result_or<start_document, start_refusal> read_start_request(
    std::string_view body, const checkout_settings& settings
) {
    json::scratch_memory memory;
    auto request = json::read_body(body, memory.storage());
    if (!request) return request.error();
    const bj::object* object = request->if_object();
    if (object == nullptr) return invalid_fields({{"", "a JSON object is expected"}});
    request_reader reader(*object, settings);
    reader.read();
    if (!reader.problems().empty()) return invalid_fields(reader.problems().take());
    return start_document{
        customer_id(reader.customer()), reader.take_inputs(),
        fingerprint_of(*request, body.size())};
}

}  // namespace makegood::checkout
