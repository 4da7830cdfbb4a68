#include "simulation/backends/records.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "engine/assert.hpp"
#include "engine/identifiers.hpp"

namespace makegood::simulation {

// -- orders and shipments

backend_answer record_keeper::perform(
    const arrival& request, const parts& path, const boost::json::object& body
) {
    if (path.verb == "cancel") {
        records_[std::string(path.subject)].undone = true;
        return answer_with(200, R"({"status":"cancelled"})");
    }
    ASSERT(path.subject.empty());
    const std::string id(text_of(body, id_member_));
    const auto [at, fresh] = records_.try_emplace(id);
    if (at->second.undone) return refuse_with(409, "undone");
    if (!fresh) return refuse_with(409, "exists");
    if (humour().refuses()) {
        records_.erase(at);
        return refuse_with(422, "order_rejected");
    }
    at->second.made = true;
    at->second.body = request.body;
    return answer_with(201, fmt::format(R"({{"{}":"{}"}})", id_member_, id));
}

const record_keeper::record* record_keeper::find(std::string_view id) const {
    const auto found = records_.find(id);
    return found == records_.end() ? nullptr : &found->second;
}

// -- carts and prices

std::int64_t catalog::unit_price(std::string_view sku) {
    return 100 + static_cast<std::int64_t>(stable_hash(sku) % 9'900);
}

backend_answer catalog::perform(
    const arrival& request, const parts& path, const boost::json::object& body
) {
    if (path.collection == "quotes") return quote(body);
    if (request.method == "DELETE") return answer_with(204, {});
    // "cart_cus_7": whose it is stands in its name.
    if (!path.subject.starts_with("cart_") || humour().refuses()) {
        return refuse_with(404, "unknown_cart");
    }
    return answer_with(
        200, fmt::format(
                 R"({{"cart_id":"{}","customer_id":"{}","currency":"USD",)"
                 R"("items":[{{"sku":"SKU-1","quantity":1}},{{"sku":"SKU-2","quantity":3}}]}})",
                 path.subject, path.subject.substr(5)
             )
    );
}

backend_answer catalog::quote(const boost::json::object& body) {
    if (humour().refuses()) return refuse_with(422, "unknown_sku");
    boost::json::array lines;
    std::int64_t total = 0;
    for (const boost::json::value& item : body.at("items").as_array()) {
        const std::string_view sku = text_of(item.as_object(), "sku");
        const std::int64_t quantity = item.at("quantity").as_int64();
        const std::int64_t price = unit_price(sku);
        total += price * quantity;
        lines.push_back(
            {{"sku", sku},
             {"quantity", quantity},
             {"unit_price", price},
             {"amount", price * quantity}}
        );
    }
    const boost::json::object answer{
        {"items", std::move(lines)}, {"total", total}, {"currency", body.at("currency")}};
    return answer_with(200, boost::json::serialize(answer));
}

}  // namespace makegood::simulation
