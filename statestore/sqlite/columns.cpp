#include "statestore/sqlite/columns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace makegood::statestore {

blob blob_of(const payload_fingerprint& fingerprint) {
    return {{reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()}};
}

saga_id read_id(const connection& db, const rows& row, int column) {
    const std::optional<saga_id> id = parse_id_bytes(row.bytes(column));
    if (!id) fail_corrupt(db, "a key is not a saga id");
    return *id;
}

payload_fingerprint read_fingerprint(const connection& db, const rows& row, int column) {
    const std::string_view bytes = row.bytes(column);
    payload_fingerprint fingerprint{};
    if (bytes.size() != fingerprint.size()) fail_corrupt(db, "a fingerprint is not 32 bytes long");
    std::copy(bytes.begin(), bytes.end(), fingerprint.begin());
    return fingerprint;
}

std::string ended_counter(std::string_view prefix, std::string_view status) {
    return fmt::format("ended {} {}", prefix, status);
}

void fail_corrupt(const connection& db, std::string detail) {
    throw store_failure{
        {store_errc::corrupt,
         fmt::format(
             "{}: {}; run `makegood verify` and restore a backup", db.file().string(), detail
         )}};
}

}  // namespace makegood::statestore
