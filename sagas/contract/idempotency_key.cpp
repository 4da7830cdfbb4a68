#include "sagas/contract/idempotency_key.hpp"

namespace makegood::contract {

std::string key_of(std::string_view checkout, const call_spec& call, call_ordinal ordinal) {
    std::string key;
    key.reserve(checkout.size() + call.key.size() + 1 + 4 + 5);  // ":", ":255", ":undo"
    key += checkout;
    key += ':';
    key += call.key;
    if (ordinal > 0) {
        key += ':';
        key += std::to_string(ordinal);
    }
    if (call.undo) key += ":undo";
    return key;
}

}  // namespace makegood::contract
