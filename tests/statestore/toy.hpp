#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"
#include "engine/step.hpp"
#include "engine/stored_view.hpp"

// A small saga that exists for these tests only, and what drives it without an engine.
//
//   idle ─> working ─> done          working ─> awaiting ─> done
//              │ └───> failed           │
//              └────> undoing <─────────┘  undoing ─> undone
namespace toy {

using namespace makegood;

// "toy" (prefix toy) and, with the same table, "pet" (prefix pet), which has no idempotency keys.
[[nodiscard]] definition_registry make_registry();

inline constexpr std::string_view prefix = "toy";
inline constexpr instant beginning{duration{1'800'000'000'000}};

struct saga_facts {
    unsigned number = 0;  // makes the id
    std::string customer = "cus_1";
    std::string key = {};  // empty: no claim
    instant at = beginning;
    std::string saga = "toy";
    std::string address = "12 Long Street";
    std::uint8_t fingerprint = 7;
};

[[nodiscard]] saga_id id_of(unsigned number, std::string_view id_prefix = prefix);

// A saga on its way: every event is folded with engine/step.hpp, so that records are what an engine
// would commit. `pending` are the entries since the last commit.
class journey {
public:
    journey(const definition_registry& registry, const saga_facts& facts);

    journey& happens(event what);
    journey& works();       // working -> done
    journey& is_refused();  // working -> failed
    journey& waits();       // working -> awaiting
    journey& fails_once(std::string_view detail = "503");
    journey& is_cancelled();
    journey& undoes();

    [[nodiscard]] const saga_record& record() const { return record_; }
    [[nodiscard]] const saga_id& id() const { return record_.id; }
    [[nodiscard]] const std::vector<journal_entry>& entries() const { return entries_; }
    // What has happened since the last call, as an engine would commit it.
    [[nodiscard]] saga_commit commit();
    [[nodiscard]] bool is_committed() const { return committed_ == entries_.size(); }

private:
    saga_record record_;
    std::vector<journal_entry> entries_;
    std::size_t committed_ = 0;
    bool had_ended_ = false;  // as committed
    stored_view stored_;
    std::optional<start_claim> claim_;
    instant clock_;
};

[[nodiscard]] batch batch_of(std::vector<saga_commit> sagas);

// An event of the last entry of that commit.
[[nodiscard]] outbox_event event_of(
    const saga_commit& change, std::string type = "toy.moved", std::string data = "{}"
);
// The commit with one such event for each type.
[[nodiscard]] saga_commit telling(saga_commit change, const std::vector<std::string>& types);

// A folder that is gone with the object.
class temporary_folder {
public:
    temporary_folder();
    ~temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace toy

// A failed expectation shows the error's sentence.
template <class Value>
struct Catch::StringMaker<boost::system::result<Value, makegood::store_error>> {
    static std::string convert(const boost::system::result<Value, makegood::store_error>& result) {
        return result ? "a value" : result.error().detail;
    }
};
