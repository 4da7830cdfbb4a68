#include "simulation/backends/inventory.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "engine/assert.hpp"

namespace makegood::simulation {
namespace {

using status = reservation_status;

std::string_view status_word(status of) {
    switch (of) {
        case status::reserved: return "reserved";
        case status::confirmed: return "confirmed";
        case status::released: return "released";
        case status::expired: return "expired";
    }
    ASSERT(false);
}

backend_answer tell(unsigned code, status of) {
    return answer_with(code, fmt::format(R"({{"status":"{}"}})", status_word(of)));
}

}  // namespace

backend_answer inventory::perform(
    const arrival& request, const parts& path, const boost::json::object& body
) {
    if (request.method == "GET") return read(request, path.subject);
    if (path.subject.empty()) return reserve(request, body);
    if (path.verb == "confirm") return confirm(request, path.subject);
    ASSERT(path.verb == "release");
    return release(path.subject);
}

backend_answer inventory::reserve(const arrival& request, const boost::json::object& body) {
    const std::string id(text_of(body, "reservation_id"));
    const auto [at, fresh] = reservations_.try_emplace(id);
    if (!fresh) return refuse_with(409, at->second.barred ? "undone" : "reservation_exists");
    std::map<std::string, std::int64_t> wanted;
    for (const boost::json::value& item : body.at("items").as_array()) {
        const boost::json::object& line = item.as_object();
        wanted[std::string(text_of(line, "sku"))] += line.at("quantity").as_int64();
    }
    bool short_of = humour().refuses();
    for (const auto& [sku, quantity] : wanted)
        short_of |= shelf_of(sku).available < quantity;
    if (short_of) {
        reservations_.erase(at);
        return refuse_with(409, "insufficient_stock");
    }
    for (const auto& [sku, quantity] : wanted) {
        shelf_of(sku).available -= quantity;
        shelf_of(sku).reserved += quantity;
    }
    const std::chrono::seconds time_to_live{body.at("ttl_seconds").as_int64()};
    at->second.held = std::move(wanted);
    at->second.time_to_live = time_to_live;
    at->second.expires_at = request.at + time_to_live;
    return answer_with(
        201, fmt::format(
                 R"({{"reservation_id":"{}","status":"reserved","expires_at":"{}"}})", id,
                 format_instant(at->second.expires_at)
             )
    );
}

backend_answer inventory::confirm(const arrival& request, std::string_view id) {
    const auto found = reservations_.find(id);
    if (found == reservations_.end() || found->second.barred) {
        return refuse_with(404, "unknown_reservation");
    }
    reservation& each = found->second;
    if (each.status == status::reserved && humour().ends_reservation_early()) {
        end(each, status::expired);
    }
    expire_if_due(each, request.at);
    switch (each.status) {
        case status::expired: return refuse_with(410, "reservation_expired");
        case status::released: return refuse_with(409, "reservation_released");
        case status::confirmed: break;
        case status::reserved: end(each, status::confirmed); break;
    }
    return tell(200, status::confirmed);
}

backend_answer inventory::release(std::string_view id) {
    const auto [at, fresh] = reservations_.try_emplace(std::string(id));
    reservation& each = at->second;
    if (fresh) {
        each.barred = true;
        each.status = status::released;
    }
    each.released = true;
    if (each.status == status::confirmed) {
        turned_back_ = id;
        return refuse_with(409, "already_confirmed");
    }
    if (each.status == status::reserved) end(each, status::released);
    return tell(200, each.status);
}

backend_answer inventory::read(const arrival& request, std::string_view id) {
    const auto found = reservations_.find(id);
    if (found == reservations_.end()) return refuse_with(404, "unknown_reservation");
    expire_if_due(found->second, request.at);
    return tell(200, found->second.status);
}

inventory::shelf& inventory::shelf_of(const std::string& sku) {
    const auto [at, fresh] = shelves_.try_emplace(sku);
    if (fresh) {
        at->second.initial = sku == scarce_sku ? scarce_initial : stock_initial;
        at->second.available = at->second.initial;
    }
    return at->second;
}

void inventory::end(reservation& each, status as) {
    ASSERT(each.status == status::reserved);
    each.status = as;
    for (const auto& [sku, quantity] : each.held) {
        shelf& goods = shelf_of(sku);
        goods.reserved -= quantity;
        (as == status::confirmed ? goods.sold : goods.available) += quantity;
    }
}

void inventory::expire_if_due(reservation& each, instant at) {
    if (each.status == status::reserved && each.expires_at <= at) end(each, status::expired);
}

const inventory::reservation* inventory::find(std::string_view id) const {
    const auto found = reservations_.find(id);
    return found == reservations_.end() ? nullptr : &found->second;
}

}  // namespace makegood::simulation
