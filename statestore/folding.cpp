#include "statestore/folding.hpp"

#include <fmt/format.h>

#include "engine/step.hpp"
#include "statestore/codec.hpp"

namespace makegood::statestore {

store_error unknown_definition(const saga_started& started) {
    return {
        store_errc::too_new, fmt::format(
                                 "this program does not know the saga {} version {}: use the "
                                 "version of makegood that wrote it, or a later one",
                                 started.definition, started.version
                             )};
}

store_result<saga_record> record_of_start(
    const saga_id& id, const saga_started& started, instant at, const definition_registry& registry
) {
    const definition* meaning = registry.find(started.definition, started.version);
    if (meaning == nullptr) return unknown_definition(started);
    saga_record saga = begin_record(id, *meaning, started, at);
    static_cast<void>(step(saga, {1, at, started}));
    return saga;
}

store_result<void> fold_entry(
    saga_record& saga, std::int64_t sequence, instant at, std::string_view event
) {
    if (sequence != saga.sequence + 1) {
        return store_error{
            store_errc::corrupt,
            fmt::format("entry {} of its journal is missing", saga.sequence + 1)};
    }
    store_result<makegood::event> decoded = decode_event(event, *saga.definition);
    if (!decoded) return decoded.error();
    if (std::holds_alternative<saga_started>(*decoded)) {
        return store_error{
            store_errc::corrupt, fmt::format("entry {} starts it a second time", sequence)};
    }
    static_cast<void>(step(saga, {static_cast<journal_sequence>(sequence), at, *decoded}));
    return {};
}

}  // namespace makegood::statestore
