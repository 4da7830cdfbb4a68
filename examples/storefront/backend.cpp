#include "examples/storefront/backend.hpp"

namespace storefront {

void backend::before_batch(const call&) {}

void backend::told(const checkout_event&, const call&) {}

std::optional<treatment> backend::asked_for(const call&) {
    return std::nullopt;
}

}  // namespace storefront
