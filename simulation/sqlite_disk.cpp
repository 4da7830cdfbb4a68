#include "simulation/sqlite_disk.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "statestore/sqlite/store.hpp"

namespace makegood::simulation {
namespace {

namespace fs = std::filesystem;

fs::path new_folder() {
    std::string name = (fs::temp_directory_path() / "makegood-simulate-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) return name;
    throw std::system_error(errno, std::generic_category(), name);
}

template <class Opened>
Opened opened_or_throw(store_result<Opened> result) {
    if (result) return std::move(*result);
    throw std::runtime_error("a store cannot be opened after a crash: " + result.error().detail);
}

}  // namespace

sqlite_disk::sqlite_disk(const definition_registry& registry, std::uint64_t seed)
    : registry_(registry), luck_(seed, "sqlite"), root_(new_folder()), files_(seed) {
    fs::create_directory(folder_of(life_));
}

sqlite_disk::~sqlite_disk() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
}

fs::path sqlite_disk::folder_of(std::uint64_t life) const {
    return root_ / fmt::format("life-{}", life);
}

fs::path sqlite_disk::file() const {
    return folder_of(life_) / "lane-0.db";
}

std::unique_ptr<journal_writer> sqlite_disk::open_writer() {
    files_.fail_next(lossy_files::failure::none);  // it was for a commit that never came
    return opened_or_throw(statestore::sqlite_writer::open(file()));
}

std::unique_ptr<journal_reader> sqlite_disk::open_reader() {
    return opened_or_throw(statestore::sqlite_reader::open(file(), registry_));
}

void sqlite_disk::fail_next_commit(store_errc with) {
    using failure = lossy_files::failure;
    files_.fail_next(with == store_errc::full ? failure::no_space : failure::sync);
}

// What those who are dead still hold open is closed in the folder that is left behind.
void sqlite_disk::move_on(bool power_is_lost) {
    const fs::path left = folder_of(life_);
    const fs::path next = folder_of(life_ + 1);
    if (power_is_lost) {
        files_.copy_after_power_loss(left, next);
    } else {
        files_.copy(left, next);
    }
    ++life_;
}

void sqlite_disk::die() {
    files_.fail_next(lossy_files::failure::none);
    move_on(luck_.happens(0.5));
}

void sqlite_disk::die_in_commit(journal_writer& writer, const batch& changes) {
    const std::uint64_t before = life_;
    files_.fail_next(lossy_files::failure::none);
    // A commit is a write or two and a sync, and now and then what a checkpoint does.
    files_.interrupt_after(luck_.below(6), [this] { move_on(luck_.happens(0.7)); });
    static_cast<void>(writer.commit(changes));
    files_.interrupt_no_more();
    if (life_ == before) move_on(luck_.happens(0.5));
}

}  // namespace makegood::simulation
