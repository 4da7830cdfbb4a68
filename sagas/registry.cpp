#include "sagas/registry.hpp"

#include "sagas/checkout/definition.hpp"
#include "sagas/fulfilment/definition.hpp"

namespace makegood {

definition_registry make_registry(const checkout_settings& settings) {
    definition_registry registry;
    registry.add(checkout::make_definition(settings));
    registry.add(fulfilment::make_definition());
    return registry;
}

}  // namespace makegood
