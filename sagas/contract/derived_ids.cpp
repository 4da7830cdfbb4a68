#include "sagas/contract/derived_ids.hpp"

#include <array>
#include <charconv>

namespace makegood::contract {

id_text reservation_id(const saga_id& id) {
    return id.with_prefix("res").in_place_text();
}

id_text order_id(const saga_id& id) {
    return id.with_prefix("ord").in_place_text();
}

id_text shipment_id(const saga_id& id) {
    return id.with_prefix("shp").in_place_text();
}

std::optional<saga_id> fulfilment_of(std::string_view shipment_id) {
    const std::optional<saga_id> id = saga_id::parse(shipment_id);
    if (!id || id->prefix() != "shp") return {};
    return id->with_prefix("ful");
}

id_text authorization_id(const saga_id& id, call_ordinal ordinal) {
    id_text text = id.with_prefix("pay").in_place_text();
    if (ordinal == 0) return text;
    std::array<char, 3> digits;  // an ordinal is one byte
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), ordinal).ptr;
    return text.append('_').append({digits.data(), end});
}

}  // namespace makegood::contract
