#pragma once

#include <string>

#include "engine/ports/journal.hpp"

namespace makegood {

// Adds one store's numbers to the sum over all lanes.
void add_statistics(store_statistics& sum, const store_statistics& part);

// `{"sagas":{"checkout":{"completed":1}},"journal_entries":…,"idempotency_keys":…,…}`.
[[nodiscard]] std::string statistics_json(const store_statistics& stored);

}  // namespace makegood
