// The format of what statestore keeps, version 1. The order of fields is in layout.hpp.
//
//   event        := version kind fields(kind) seal
//   version      := byte 1
//   kind         := byte: the position of the alternative in makegood::event
//   record       := version definition:text definition-version:varint fields(saga_record) seal
//   seal         := 4 bytes, little endian: CRC-32 of everything from the version on, so that a
//                   flipped bit is an error and never another order
//   whole-record := id:19 bytes record inputs:variables traceparent:text
//
// Fields, by their type:
//   text, ids    varint length, bytes            number   varint
//   name         text: a state, fact or call     instant  signed varint of milliseconds since 1970
//   flag         byte 0 or 1                     choice   byte: position in the enumeration
//   fingerprint  32 bytes                        optional flag, then the value if 1
//   list         varint count, then the values   variables  varint count, then (name:text
//   value:text),
//                                                           names strictly ascending
//
// Every value has one encoding only. A decoder refuses everything else.

#include "statestore/codec.hpp"

#include <limits>
#include <utility>

#include "engine/assert.hpp"
#include "statestore/bytes.hpp"
#include "statestore/layout.hpp"
#include "statestore/seal.hpp"

namespace makegood::statestore {
namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::size_t event_kinds = std::variant_size_v<event>;
static_assert(
    event_kinds == 14, "an alternative was added: append it in layout.hpp, test, adapt this"
);

// -- encoding

class encoder {
public:
    explicit encoder(std::string& out) : out_(out) {}

    template <class Value>
    void field(std::string_view, const Value& value) {
        put(value);
    }

    void put(const std::string& value) { out_.text(value); }
    template <class Tag>
    void put(const named_text<Tag>& value) {
        out_.text(value.value);
    }
    template <class Tag>
    void put(const declared_name<Tag>& value) {
        out_.text(value.value);
    }
    template <std::unsigned_integral Number>
    void put(Number value) {
        out_.number(value);
    }
    void put(bool value) { out_.byte(value ? 1 : 0); }
    void put(instant value) { out_.signed_number(value.time_since_epoch().count()); }
    template <class Enumeration>
    requires std::is_enum_v<Enumeration>
    void put(Enumeration value) {
        ASSERT(value <= last_of<Enumeration>);
        out_.byte(static_cast<std::uint8_t>(value));
    }
    void put(const payload_fingerprint& value) {
        out_.bytes({reinterpret_cast<const char*>(value.data()), value.size()});
    }
    template <class Value>
    void put(const std::optional<Value>& value) {
        put(value.has_value());
        if (value) put(*value);
    }
    template <class Value>
    void put(const std::vector<Value>& values) {
        out_.number(values.size());
        for (const Value& each : values)
            put(each);
    }
    void put(const variables& value) {
        out_.number(value.size());
        for (const variables::entry& each : value) {
            out_.text(each.name);
            out_.text(each.value);
        }
    }
    template <class Value>
    requires requires(encoder& archive, const Value& value) { describe(archive, value); }
    void put(const Value& value) { describe(*this, value); }

private:
    byte_writer out_;
};

// -- decoding

class decoder {
public:
    // Without a definition no declared name can be read.
    decoder(std::string_view bytes, const definition* meaning) : in_(bytes), meaning_(meaning) {}

    template <class Value>
    void field(std::string_view name, Value& value) {
        const std::size_t outer = path_.size();
        if (outer != 0) path_ += '.';
        path_ += name;
        get(value);
        path_.resize(outer);
    }

    void get(std::string& value) { value = in_.text(); }
    template <class Tag>
    void get(named_text<Tag>& value) {
        value.value = in_.text();
    }
    void get(call_name& value) {
        declared(value, "call", [&](std::string_view text) { return meaning_->find_call(text); });
    }
    void get(fact_name& value) {
        declared(value, "fact", [&](std::string_view text) { return meaning_->find_fact(text); });
    }
    void get(state_name& value) {
        declared(value, "state", [&](std::string_view text) { return meaning_->find_state(text); });
    }
    template <std::unsigned_integral Number>
    void get(Number& value) {
        value = static_cast<Number>(in_.number(std::numeric_limits<Number>::max()));
    }
    void get(bool& value) { value = choice(1) == 1; }
    void get(instant& value) { value = instant{duration{in_.signed_number()}}; }
    template <class Enumeration>
    requires std::is_enum_v<Enumeration>
    void get(Enumeration& value) {
        value = static_cast<Enumeration>(choice(static_cast<std::uint8_t>(last_of<Enumeration>)));
    }
    void get(payload_fingerprint& value) {
        for (std::uint8_t& each : value)
            each = in_.byte();
    }
    template <class Value>
    void get(std::optional<Value>& value) {
        bool present = false;
        get(present);
        if (present) get(value.emplace());
    }
    template <class Value>
    void get(std::vector<Value>& values) {
        // Not reserved: the count is what the bytes claim.
        for (std::size_t left = in_.count(); left != 0; --left)
            get(values.emplace_back());
    }
    void get(variables& value) {
        std::string_view last;
        for (std::size_t left = in_.count(); left != 0; --left) {
            const std::string_view name = in_.text();
            if (!value.empty() && name <= last) in_.fail("variables are not in ascending order");
            value.set(name, std::string(in_.text()));
            last = name;
        }
    }
    template <class Value>
    requires requires(decoder& archive, Value& value) { describe(archive, value); }
    void get(Value& value) { describe(*this, value); }

    std::uint8_t choice(std::uint8_t last) {
        const std::uint8_t value = in_.byte();
        if (value > last) {
            in_.fail("the choice " + std::to_string(value) + " is above " + std::to_string(last));
        }
        return value;
    }

    [[nodiscard]] byte_reader& in() { return in_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    void use(const definition& meaning) { meaning_ = &meaning; }

private:
    template <class Name, class Find>
    void declared(Name& value, std::string_view what, const Find& find) {
        ASSERT(meaning_ != nullptr);
        const std::string_view text = in_.text();
        const std::optional<Name> found = find(text);
        if (!found) {
            in_.fail(
                std::string(meaning_->name()) + " has no " + std::string(what) + " of the "
                + std::to_string(text.size()) + " bytes that stand here"
            );
        }
        value = *found;
    }

    byte_reader in_;
    const definition* meaning_;
    std::string path_;
};

// Tells a decode that went wrong because of the bytes from one that met a later version.
struct later_version {
    std::string detail;
};

void check_version(byte_reader& in, std::string_view what) {
    const std::uint8_t version = in.byte();
    if (version == 0) in.fail("the format version is 0");
    if (version <= format_version) return;
    throw later_version{words_of_later_version(what, version, format_version)};
}

// Runs one decode and turns what it throws into an error that names the place.
template <class Value, class Decode>
store_result<Value> decoded(std::string_view what, decoder& archive, const Decode& decode) {
    try {
        Value value = decode();
        archive.in().expect_end();
        return value;
    } catch (const later_version& later) {
        return store_error{store_errc::too_new, later.detail};
    } catch (const malformed& problem) {
        std::string detail(what);
        detail += " is damaged at byte " + std::to_string(problem.at);
        if (!archive.path().empty()) detail += " (" + archive.path() + ")";
        return store_error{store_errc::corrupt, detail + ": " + problem.why};
    }
}

template <std::size_t Kind = 0>
event decode_kind(decoder& archive, std::size_t kind) {
    if constexpr (Kind == event_kinds) {
        static_cast<void>(archive);
        static_cast<void>(kind);
        ASSERT(false && "the kind was checked before");
        std::abort();
    } else {
        if (kind != Kind) return decode_kind<Kind + 1>(archive, kind);
        std::variant_alternative_t<Kind, event> value;
        archive.get(value);
        return value;
    }
}

const definition& definition_of(
    byte_reader& in, const saga_started& started, const definition_registry& registry
) {
    const std::string name(in.text());
    const auto version = static_cast<std::uint16_t>(in.number(0xFFFF));
    if (name != started.definition || version != started.version) {
        in.fail("the record and the first journal entry name different definitions");
    }
    const definition* found = registry.find(name, version);
    if (found == nullptr) {
        throw later_version{
            "this program does not know the saga " + name + " version " + std::to_string(version)
            + ": use the version of makegood that wrote it, or a later one"};
    }
    return *found;
}

}  // namespace

// -- events

void encode_event_to(const event& happened, std::string& out) {
    const std::size_t begin = out.size();
    encoder archive(out);
    archive.put(std::uint8_t{format_version});
    archive.put(static_cast<std::uint8_t>(happened.index()));
    std::visit([&](const auto& each) { archive.put(each); }, happened);
    seal(out, begin);
}

std::string encode_event(const event& happened) {
    std::string out;
    encode_event_to(happened, out);
    return out;
}

store_result<event> decode_event(std::string_view bytes, const definition& definition) {
    const store_result<std::string_view> body = unsealed("a journal entry", bytes, format_version);
    if (!body) return body.error();
    decoder archive(*body, &definition);
    return decoded<event>("a journal entry", archive, [&] {
        check_version(archive.in(), "a journal entry");
        return decode_kind(archive, archive.choice(event_kinds - 1));
    });
}

store_result<saga_started> decode_started(std::string_view bytes) {
    const store_result<std::string_view> body =
        unsealed("the first journal entry", bytes, format_version);
    if (!body) return body.error();
    decoder archive(*body, nullptr);
    return decoded<saga_started>("the first journal entry", archive, [&] {
        check_version(archive.in(), "the first journal entry");
        if (archive.choice(event_kinds - 1) != 0) archive.in().fail("it is not a start");
        saga_started started;
        archive.get(started);
        return started;
    });
}

// -- records

void encode_record_to(const saga_record& saga, std::string& out) {
    ASSERT(saga.definition != nullptr);
    const std::size_t begin = out.size();
    byte_writer head(out);
    head.byte(format_version);
    head.text(saga.definition->name());
    head.number(saga.definition->version());
    encoder(out).put(saga);
    seal(out, begin);
}

std::string encode_record(const saga_record& saga) {
    std::string out;
    encode_record_to(saga, out);
    return out;
}

store_result<saga_record> decode_record(
    std::string_view bytes,
    const saga_id& id,
    const saga_started& started,
    const definition_registry& registry
) {
    const store_result<std::string_view> body = unsealed("the record", bytes, format_version);
    if (!body) return body.error();
    decoder archive(*body, nullptr);
    return decoded<saga_record>("the record", archive, [&] {
        check_version(archive.in(), "the record");
        saga_record saga;
        saga.definition = &definition_of(archive.in(), started, registry);
        archive.use(*saga.definition);
        archive.get(saga);
        saga.id = id;
        saga.inputs = started.inputs;
        saga.traceparent = started.traceparent;
        return saga;
    });
}

std::string record_bytes(const saga_record& saga) {
    const auto id = id_bytes(saga.id);
    std::string out(id.data(), id.size());
    encode_record_to(saga, out);
    encoder archive(out);
    archive.put(saga.inputs);
    archive.put(saga.traceparent);
    return out;
}

}  // namespace makegood::statestore
