// The format of one row of events, version 1.
//
//   events   := version event event* seal
//   version  := byte 1
//   event    := type:text saga:19 bytes sequence:varint at:instant customer:text traceparent:text
//               data:text
//   seal     := 4 bytes, little endian: CRC-32 of everything from the version on
//
// text, varint and the signed varint of an instant are as in bytes.hpp. Every value has one
// encoding only. The decoder refuses everything else.

#include "statestore/events_codec.hpp"

#include <limits>

#include "engine/assert.hpp"
#include "statestore/bytes.hpp"
#include "statestore/seal.hpp"

namespace makegood::statestore {
namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::string_view name_of_row = "a row of events";

void put_event(byte_writer& out, const outbox_event& each) {
    out.text(each.type);
    const auto id = id_bytes(each.saga);
    out.bytes({id.data(), id.size()});
    out.number(each.sequence);
    out.signed_number(each.at.time_since_epoch().count());
    out.text(each.customer.value);
    out.text(each.traceparent);
    out.text(each.data);
}

outbox_event get_event(byte_reader& in) {
    outbox_event each;
    each.type = in.text();
    const std::optional<saga_id> id = parse_id_bytes(in.bytes(id_bytes_size));
    if (!id) in.fail("no id of a saga stands here");
    each.saga = *id;
    each.sequence =
        static_cast<journal_sequence>(in.number(std::numeric_limits<journal_sequence>::max()));
    each.at = instant{duration{in.signed_number()}};
    each.customer.value = in.text();
    each.traceparent = in.text();
    each.data = in.text();
    return each;
}

}  // namespace

void encode_events(
    std::span<const saga_commit* const> changes, std::string& buffer, const events_row_kept& keep
) {
    buffer.clear();
    byte_writer out(buffer);
    std::size_t count = 0;
    const auto end_row = [&] {
        seal(buffer, 0);
        keep(count, buffer);
        buffer.clear();
        count = 0;
    };
    for (const saga_commit* change : changes) {
        for (const outbox_event& each : change->outbox) {
            if (count == 0) out.byte(format_version);
            put_event(out, each);
            ++count;
            if (buffer.size() >= events_row_bytes_max) end_row();
        }
    }
    ASSERT((count == 0) == buffer.empty());
    if (count > 0) end_row();
}

store_result<std::vector<outbox_event>> decode_events(std::string_view bytes) {
    const store_result<std::string_view> body = unsealed(name_of_row, bytes, format_version);
    if (!body) return body.error();
    byte_reader in(*body);
    try {
        const std::uint8_t version = in.byte();
        if (version == 0) in.fail("the format version is 0");
        if (version > format_version) {
            return store_error{
                store_errc::too_new, words_of_later_version(name_of_row, version, format_version)};
        }
        std::vector<outbox_event> events;
        do {
            events.push_back(get_event(in));
        } while (in.remaining() > 0);
        return events;
    } catch (const malformed& problem) {
        return store_error{
            store_errc::corrupt, std::string(name_of_row) + " is damaged at byte "
                                     + std::to_string(problem.at) + ": " + problem.why};
    }
}

}  // namespace makegood::statestore
