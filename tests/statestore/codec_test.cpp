#include "statestore/codec.hpp"

#include <boost/crc.hpp>
#include <catch2/catch.hpp>

#include "statestore/bytes.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;

namespace {

// Random values with the names that the toy saga declares. The seed is printed with every failure.
class inventor {
public:
    inventor(const definition& meaning, unsigned seed) : meaning_(meaning), random_(seed) {}

    std::uint64_t number(std::uint64_t max) {
        return std::uniform_int_distribution<std::uint64_t>(0, max)(random_);
    }
    bool flag() { return number(1) == 1; }
    std::string text() {
        static const std::string letters("a\0b\xff\x80 {\"'\n", 10);
        std::string made;
        for (std::uint64_t left = number(flag() ? 5 : 300); left != 0; --left) {
            made += letters[number(letters.size() - 1)];
        }
        return made;
    }
    instant time() {
        switch (number(3)) {
            case 0: return never;
            case 1: return instant::min();
            default: return instant{duration{static_cast<std::int64_t>(number(1ULL << 42))}};
        }
    }
    makegood::variables variables() {
        makegood::variables made;
        for (std::uint64_t left = number(6); left != 0; --left)
            made.set(text(), text());
        return made;
    }
    call_reference call() {
        const auto calls = meaning_.calls();
        return {calls[number(calls.size() - 1)].name, static_cast<call_ordinal>(number(255))};
    }
    state_name state() {
        const auto states = meaning_.states();
        return states[number(states.size() - 1)].name;
    }
    fact_name fact() {
        const auto facts = meaning_.facts();
        return facts[number(facts.size() - 1)];
    }

    event happened(std::size_t kind) {
        switch (kind) {
            case 0: return start();
            case 1: return call_done{call(), variables()};
            case 2: return call_waiting{call(), variables()};
            case 3: return call_refused{call(), text(), text()};
            case 4: return call_failed{call(), text(), time(), flag()};
            case 5: return call_exhausted{call(), text()};
            case 6: return call_denied{call(), text()};
            case 7: return call_resolved{call(), flag(), text(), text()};
            case 8: return timer_fired{fact()};
            case 9: return signal_received{text(), flag(), text()};
            case 10: return operator_acted{static_cast<operator_verb>(number(4)), text(), text()};
            case 11: return saga_parked{text(), text()};
            case 12: return fact_reported{text(), variables(), text(), text()};
            default: return command_done{idempotency_key{text()}};
        }
    }

    saga_started start() {
        saga_started made{
            std::string(meaning_.name()),
            meaning_.version(),
            customer_id(text()),
            idempotency_key(text()),
            {},
            variables(),
            text()};
        for (std::uint8_t& each : made.fingerprint)
            each = static_cast<std::uint8_t>(number(255));
        return made;
    }

    saga_record record(const saga_id& id, const saga_started& started) {
        saga_record saga;
        saga.id = id;
        saga.definition = &meaning_;
        saga.customer = customer_id(text());
        saga.state = state();
        if (flag()) saga.reason = failure_reason{text(), state(), text()};
        if (flag()) saga.parked = parking{text(), text(), flag()};
        saga.inputs = started.inputs;
        saga.learnt = variables();
        for (std::uint64_t left = number(5); left != 0; --left) {
            saga.calls.push_back(
                {call(), static_cast<call_status>(number(5)),
                 static_cast<std::uint32_t>(number(0xFFFFFFFF)), time(), time(), text()}
            );
        }
        saga.sequence = static_cast<journal_sequence>(number(0xFFFFFFFF));
        saga.created_at = time();
        saga.updated_at = time();
        saga.traceparent = started.traceparent;
        return saga;
    }

private:
    const definition& meaning_;
    std::mt19937 random_;
};

constexpr std::size_t event_kinds = std::variant_size_v<event>;
constexpr std::size_t seal_size = 4;

// With a checksum that fits, as only a writer that means these bytes would leave them: what lies
// behind the seal must hold as well.
std::string sealed(std::string bytes) {
    boost::crc_32_type checksum;
    checksum.process_bytes(bytes.data(), bytes.size());
    for (std::size_t i = 0; i < seal_size; ++i)
        bytes += static_cast<char>(checksum.checksum() >> (8 * i));
    return bytes;
}

std::string body_of(const std::string& bytes) {
    return bytes.substr(0, bytes.size() - seal_size);
}

// Whatever a decoder accepts must be what the encoder writes: then no damage goes unnoticed that
// changes a value's bytes without changing the value.
void accepts_only_its_own(std::string_view bytes, const definition& meaning) {
    const store_result<event> decoded = decode_event(bytes, meaning);
    if (decoded) {
        REQUIRE(encode_event(*decoded) == bytes);
    } else {
        REQUIRE_FALSE(decoded.error().detail.empty());
        const store_errc code = decoded.error().code;
        REQUIRE((code == store_errc::corrupt || code == store_errc::too_new));
    }
}

}  // namespace

TEST_CASE("every event comes back as it was encoded") {
    const definition_registry registry = toy::make_registry();
    const definition& meaning = *registry.newest("toy");
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    inventor invent(meaning, seed);
    for (std::size_t round = 0; round < 200 * event_kinds; ++round) {
        const event happened = invent.happened(round % event_kinds);
        REQUIRE(happened.index() == round % event_kinds);
        const std::string bytes = encode_event(happened);
        const store_result<event> decoded = decode_event(bytes, meaning);
        REQUIRE(decoded);
        REQUIRE(*decoded == happened);
    }
}

TEST_CASE("every record comes back as it was encoded, with its start joined") {
    const definition_registry registry = toy::make_registry();
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    inventor invent(*registry.newest("toy"), seed);
    for (unsigned round = 0; round < 1'000; ++round) {
        const saga_started started = invent.start();
        const saga_record saga = invent.record(toy::id_of(round), started);
        const std::string bytes = encode_record(saga);
        const auto decoded = decode_record(bytes, saga.id, started, registry);
        REQUIRE(decoded);
        REQUIRE(*decoded == saga);
        REQUIRE(record_bytes(*decoded) == record_bytes(saga));
    }
}

TEST_CASE("no truncation and no flipped bit of an event is mistaken for another event's bytes") {
    const definition_registry registry = toy::make_registry();
    const definition& meaning = *registry.newest("toy");
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    inventor invent(meaning, seed);
    for (std::size_t kind = 0; kind < event_kinds; ++kind) {
        const std::string bytes = encode_event(invent.happened(kind));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            REQUIRE_FALSE(decode_event(std::string_view(bytes).substr(0, size), meaning));
        }
        REQUIRE_FALSE(decode_event(bytes + '\0', meaning));
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            std::string flipped = bytes;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
            REQUIRE_FALSE(decode_event(flipped, meaning));
            accepts_only_its_own(sealed(body_of(flipped)), meaning);
        }
    }
}

TEST_CASE("no truncation and no flipped bit of a record is mistaken for another record's bytes") {
    const definition_registry registry = toy::make_registry();
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    inventor invent(*registry.newest("toy"), seed);
    for (unsigned round = 0; round < 10; ++round) {
        const saga_started started = invent.start();
        const saga_id id = toy::id_of(round);
        const std::string bytes = encode_record(invent.record(id, started));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            REQUIRE_FALSE(
                decode_record(std::string_view(bytes).substr(0, size), id, started, registry)
            );
        }
        REQUIRE_FALSE(decode_record(bytes + '\0', id, started, registry));
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            std::string flipped = bytes;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
            REQUIRE_FALSE(decode_record(flipped, id, started, registry));
            const std::string meant = sealed(body_of(flipped));
            const auto decoded = decode_record(meant, id, started, registry);
            if (decoded) REQUIRE(encode_record(*decoded) == meant);
        }
    }
}

TEST_CASE("random bytes never decode to anything but what encodes to them") {
    const definition_registry registry = toy::make_registry();
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (unsigned round = 0; round < 20'000; ++round) {
        std::string bytes{'\1', static_cast<char>(random() % event_kinds)};
        for (auto left = random() % 40; left != 0; --left)
            bytes += static_cast<char>(random());
        accepts_only_its_own(bytes, *registry.newest("toy"));
        accepts_only_its_own(sealed(bytes), *registry.newest("toy"));
    }
}

TEST_CASE("a damaged entry's error names the field and the byte") {
    const definition_registry registry = toy::make_registry();
    const definition& meaning = *registry.newest("toy");
    std::string bytes = encode_event(call_refused{{meaning.calls()[0].name, 0}, "no", "never"});
    bytes.resize(bytes.size() - seal_size - 1);
    const auto decoded = decode_event(sealed(bytes), meaning);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == store_errc::corrupt);
    CHECK_THAT(decoded.error().detail, Catch::Contains("detail") && Catch::Contains("byte 15"));
}

TEST_CASE("an announced length is never believed") {
    const definition_registry registry = toy::make_registry();
    std::string bytes{'\1', '\1'};  // call_done
    byte_writer out(bytes);
    out.text("do_work");
    out.byte(0);
    out.number(~std::uint64_t{0});  // so many variables
    const auto decoded = decode_event(sealed(bytes), *registry.newest("toy"));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == store_errc::corrupt);
}

TEST_CASE("a format of a later version is refused as too new, with a sentence") {
    const definition_registry registry = toy::make_registry();
    std::string bytes = encode_event(saga_parked{"held", "by ann"});
    bytes[0] = 2;
    const auto decoded = decode_event(bytes, *registry.newest("toy"));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == store_errc::too_new);
    CHECK_THAT(
        decoded.error().detail, Catch::Contains("version 2") && Catch::Contains("reads up to 1")
    );
}

TEST_CASE("a record of a definition that this binary does not know is too new") {
    const definition_registry registry = toy::make_registry();
    toy::journey saga(registry, {});
    auto started = std::get<saga_started>(saga.entries().front().event);
    std::string bytes = encode_record(saga.record());
    bytes[5] = 9;  // version byte, length, "toy", then the definition's version
    started.version = 9;
    const auto decoded = decode_record(sealed(body_of(bytes)), saga.id(), started, registry);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == store_errc::too_new);
    CHECK_THAT(decoded.error().detail, Catch::Contains("toy version 9"));
}

TEST_CASE("the format of version 1 does not change") {
    const definition_registry registry = toy::make_registry();
    const definition& meaning = *registry.newest("toy");
    variables learnt;
    learnt.set("total", std::int64_t{5});
    const std::string done = encode_event(call_done{{meaning.calls()[0].name, 2}, learnt});
    CHECK(
        done
        == sealed(std::string(
            "\1\1\7do_work\2\1\5total\1"
            "5",
            20
        ))
    );
    const event failed =
        call_failed{{meaning.calls()[1].name, 0}, "x", instant{duration{-1}}, true};
    CHECK(encode_event(failed) == sealed(std::string("\1\4\x9undo_work\0\1x\1\1", 17)));
}

TEST_CASE("the format of a report does not change") {
    const definition_registry registry = toy::make_registry();
    variables learnt;
    learnt.set("total", std::int64_t{5});
    CHECK(
        encode_event(fact_reported{"lost", learnt, "bob", "x"})
        == sealed(std::string(
            "\1\xc\4lost\1\5total\1"
            "5\3bob\1x",
            22
        ))
    );
}

TEST_CASE("the format of a command that was done does not change") {
    CHECK(encode_event(command_done{idempotency_key{"k-1"}}) == sealed("\1\xd\3k-1"));
}

TEST_CASE("bytes of an id sort by time first and come back") {
    const saga_id early = toy::id_of(1);
    const saga_id late = toy::id_of(2, "pet");
    CHECK(id_bytes(early) < id_bytes(late));
    const auto bytes = id_bytes(late);
    CHECK(parse_id_bytes({bytes.data(), bytes.size()}) == late);
    CHECK_FALSE(parse_id_bytes("too short"));
    CHECK_FALSE(parse_id_bytes(std::string(19, '\0')));
}

TEST_CASE("journal and record of a whole four-call checkout take at most 2.5 KiB") {
    const definition_registry registry = toy::make_registry();
    const definition& meaning = *registry.newest("toy");
    const auto learnt = [](std::initializer_list<std::pair<std::string_view, std::string>> values) {
        variables made;
        for (const auto& [name, value] : values)
            made.set(name, value);
        return made;
    };
    const std::string lines = R"([{"sku":"SKU-1001","quantity":2,"unit_price":4999,"amount":9998},)"
                              R"({"sku":"SKU-2002","quantity":1,"unit_price":3001,"amount":3001}])";
    saga_started started{"toy", 1, customer_id("cus_01hf3q7z"), {}, {}, {}, {}};
    started.key = idempotency_key("6f1c1d1e-4b7e-4c7a-9b1e-0f5d2c9a7e31");
    started.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    started.inputs = learnt(
        {{"cart_id", "cart_01hf3q7z"},
         {"currency", "USD"},
         {"deadline_ms", "1800000"},
         {"items", lines},
         {"metadata", R"({"order_ref":"web-100482"})"},
         {"payment", R"({"method":"card","token":"tok_visa_01hf3q7z"})"},
         {"reservation_ttl_ms", "900000"},
         {"shipping_address", std::string(200, 'a')}}
    );
    saga_record saga = begin_record(toy::id_of(1), meaning, started, toy::beginning);
    std::size_t bytes = encode_event(started).size();
    const variables answers[] = {
        learnt({{"lines", lines}, {"total", "12999"}}),
        learnt({{"reservation_expires_at", "1800000900000"}}), learnt({}), learnt({}), learnt({})};
    for (std::size_t i = 0; i < std::size(answers); ++i) {
        const call_reference call{meaning.calls()[0].name, static_cast<call_ordinal>(i)};
        // The names of real calls are ten letters longer, and each is written twice.
        bytes += encode_event(call_done{call, answers[i]}).size() + 2 * 10;
        saga.calls.push_back({call, call_status::done, 0, toy::beginning, toy::beginning, ""});
        saga.learnt.merge(answers[i]);
    }
    bytes += encode_record(saga).size();
    CAPTURE(bytes);
    CHECK(bytes > 1'000);
    CHECK(bytes <= 2'560);
}
