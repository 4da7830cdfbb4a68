#include "engine/assert.hpp"
#include "known_sagas.hpp"
#include "statestore/checksum.hpp"
#include "statestore/codec.hpp"
#include "targets.hpp"

// Input: a byte that says what the rest is, then the bytes of an entry or a record without their
// seal. They are tried as they are, which a reader must refuse, and sealed, as only a writer that
// means them would leave them: what lies behind the seal must hold as well.
namespace makegood::fuzz {
namespace {

using namespace statestore;

std::string sealed(std::string_view bytes) {
    std::string text(bytes);
    text.resize(text.size() + 4);
    put_little_endian(text.data() + bytes.size(), crc32_of(bytes));
    return text;
}

void check_refusal(const store_error& error) {
    ASSERT(error.code == store_errc::corrupt || error.code == store_errc::too_new);
    ASSERT(!error.detail.empty());
}

// What a decoder accepts is what the encoder writes: no damage goes unnoticed that changes bytes
// without changing the value.
void check_event(const std::string& bytes, const definition& meaning) {
    const store_result<event> decoded = decode_event(bytes, meaning);
    if (!decoded) return check_refusal(decoded.error());
    ASSERT(encode_event(*decoded) == bytes);
    const auto* started = std::get_if<saga_started>(&*decoded);
    ASSERT(decode_started(bytes).has_value() == (started != nullptr));
}

void check_started(const std::string& bytes) {
    const store_result<saga_started> decoded = decode_started(bytes);
    if (!decoded) return check_refusal(decoded.error());
    ASSERT(encode_event(*decoded) == bytes);
}

void check_record(const std::string& bytes, const saga_started& started) {
    const known_sagas& known = all_known_sagas();
    const saga_id id = known.records.front().id;
    const auto decoded = decode_record(bytes, id, started, known.registry);
    if (!decoded) return check_refusal(decoded.error());
    ASSERT(encode_record(*decoded) == bytes);
    ASSERT(decoded->inputs == started.inputs && decoded->id == id);
    const auto again = decode_record(encode_record(*decoded), id, started, known.registry);
    ASSERT(again && *again == *decoded);
    ASSERT(record_bytes(*again) == record_bytes(*decoded));
}

void check(char kind, const std::string& bytes) {
    const known_sagas& known = all_known_sagas();
    const auto& definitions = known.registry.all();
    switch (kind) {
        case 's': return check_started(bytes);
        case 'e':
            for (const auto& each : definitions)
                check_event(bytes, *each);
            return;
        default:
            for (const saga_started& each : known.starts)
                check_record(bytes, each);
    }
}

}  // namespace

void codec(std::string_view bytes) {
    if (bytes.empty()) return;
    check(bytes[0], std::string(bytes.substr(1)));
    check(bytes[0], sealed(bytes.substr(1)));
}

}  // namespace makegood::fuzz
