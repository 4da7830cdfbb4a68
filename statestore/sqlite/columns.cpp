#include "statestore/sqlite/columns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace makegood::statestore {

saga_id read_id(const connection& db, const rows& row, int column) {
    const std::optional<saga_id> id = parse_id_bytes(row.bytes(column));
    if (!id) fail_corrupt(db, "a key is not a saga id");
    return *id;
}

std::optional<saga_status> status_of(std::int64_t number) {
    if (number < 0 || number > number_of(saga_status::compensated)) return {};
    return static_cast<saga_status>(number);
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

std::string words_of_check(std::string_view found) {
    constexpr std::string_view title = "*** in database main ***\n";
    constexpr std::string_view unread = ": unable to get the page. error code=8202";
    if (found.starts_with(title)) found.remove_prefix(title.size());
    std::string words(found);
    for (std::size_t at = 0; (at = words.find(unread)) != words.npos;)
        words.replace(at, unread.size(), " is not as it was written, as its seal says");
    for (std::size_t at = 0; (at = words.find("Page ", at)) != words.npos;)
        words[at] = 'p';
    std::replace(words.begin(), words.end(), '\n', ';');
    return words;
}

void require_own_check(connection& db, std::string_view pragma) {
    statement check(db, fmt::format("PRAGMA {}(1)", pragma));
    rows found = check.select();
    if (found.next() && found.bytes(0) == "ok") return;
    fail_corrupt(db, words_of_check(found.bytes(0)));
}

}  // namespace makegood::statestore
