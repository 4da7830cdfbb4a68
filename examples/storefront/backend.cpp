#include "examples/storefront/backend.hpp"

namespace storefront {

void backend::before_batch(const call&) {}

std::optional<treatment> backend::asked_for(const call&) {
    return std::nullopt;
}

}  // namespace storefront
