#include "seeds.hpp"

#include <filesystem>
#include <fstream>
#include <iomanip>
#include <set>
#include <sstream>

#include "engine/assert.hpp"
#include "known_sagas.hpp"
#include "statestore/codec.hpp"
#include "tests/sagas/shop.hpp"

namespace makegood::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t seal_size = 4;

// The same inputs get the same names in every run.
void write(const fs::path& folder, std::string_view text) {
    std::ostringstream name;
    name << std::hex << std::setw(16) << std::setfill('0') << stable_hash(text);
    std::ofstream file(folder / name.str(), std::ios::binary);
    file << text;
    ASSERT(file.good());
}

void write_encoded(const fs::path& folder, char kind, std::string_view bytes) {
    write(folder, kind + std::string(bytes.substr(0, bytes.size() - seal_size)));
}

void write_codec(const fs::path& folder, const known_sagas& known) {
    // One event of each kind and call, and one record of each state: the fuzzer finds the rest.
    std::set<std::string> kinds;
    for (const event& each : known.events) {
        const std::string bytes = statestore::encode_event(each);
        if (kinds.insert(bytes.substr(0, 12)).second) write_encoded(folder, 'e', bytes);
    }
    for (const saga_started& each : known.starts)
        write_encoded(folder, 's', statestore::encode_event(each));
    for (const saga_record& each : known.records) {
        const std::string bytes = statestore::encode_record(each);
        const std::string state(each.state.value);
        if (kinds.insert(state).second) write_encoded(folder, 'r', bytes);
    }
}

void write_answers(const fs::path& folder, const known_sagas& known) {
    for (const open_call& each : known.calls) {
        const auto answered = [&](const backend_answer& answer, std::string_view retry_after) {
            std::string text = each.name() + " " + std::to_string(answer.status);
            text.append(" ").append(retry_after).append("\n").append(answer.body);
            write(folder, text);
        };
        const backend_answer good =
            testing::good_answer(*each.spec, each.ordinal, each.saga, testing::start_time);
        answered(good, "");
        answered(testing::refusing_answer(*each.spec), "");
        answered({503, R"({"detail":"busy"})", {}}, "120");
        if (!each.spec->on_waiting.value.empty()) answered(testing::customer_needed_answer(), "");
    }
}

// As the codec writes them: after their length. And as JSON texts.
void write_dictionary(const fs::path& file, const known_sagas& known) {
    std::ofstream out(file);
    const auto name = [&](std::string_view text) {
        out << '"' << text << "\"\n\"\\x" << std::hex << std::setw(2) << std::setfill('0')
            << text.size() << text << "\"\n";
    };
    for (const auto& meaning : known.registry.all()) {
        name(meaning->name());
        for (const call_spec& each : meaning->calls())
            name(each.name.value);
        for (const state_spec& each : meaning->states())
            name(each.name.value);
        for (const fact_name& each : meaning->facts())
            name(each.value);
    }
    ASSERT(out.good());
}

}  // namespace

void write_seeds(const std::string& folder) {
    const known_sagas& known = all_known_sagas();
    const fs::path root(folder);
    fs::create_directories(root / "codec");
    fs::create_directories(root / "answer");
    write_codec(root / "codec", known);
    write_answers(root / "answer", known);
    write_dictionary(root / "names.dict", known);
}

}  // namespace makegood::fuzz
