// The log as SQLite writes it (its wal.c is the reference); numbers are big endian.
//
//   log    := header:32 frame…
//   header := magic:4 version:4 page-size:4 round:4 salt:8 sums:8
//   frame  := page-number:4 pages-of-the-database:4 salt:8 sums:8 page
//
// magic      0x377F0682; its last bit says that the words under the checksum are big endian
// salt       other in each round of the log; a frame with another one is left from an earlier round
// pages-of-the-database   not 0 in the last frame of a commit
// sums       word_sums over the header's first 24 bytes; in a frame, of its first eight bytes and
// its
//            page, going on from the sums of what stands before it

#include "statestore/sqlite/log_check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "statestore/checksum.hpp"
#include "statestore/sqlite/log_end.hpp"
#include "statestore/sqlite/page_seal.hpp"
#include "statestore/sqlite/schema.hpp"

namespace makegood::statestore {
namespace {

constexpr std::size_t header_size = 32;
constexpr std::size_t frame_size = frame_header_size + page_size;
constexpr std::size_t frames_at_once = 256;
// A commit under way may be found half written; what is damaged stays so.
constexpr int attempts_max = 5;
// 16 MB each, written while the disk never got the end's 88 bytes. A log of another life has
// another salt at random: one in a million of them is taken for a later round.
constexpr std::uint32_t rounds_behind_max = 4'096;

word_sums sums_at(std::string_view bytes) {
    return {big_endian_number(bytes), big_endian_number(bytes.substr(4))};
}

// What is read of a log in one pass, front to back.
struct log_contents {
    bool is_blank = true;     // nothing was ever written to it
    bool has_header = false;  // and it is as it was written
    std::uint64_t whole = 0;  // frames from the first on that are as they were written
    std::uint64_t later = 0;  // commits behind those, one after the other without a bad frame
    bool holds_commit = false;
    // Of the frames that were asked for; empty when they are not there.
    std::array<std::string, 2> frame_headers;
    std::string salt;
};

class log_reading {
public:
    log_reading(const std::filesystem::path& store, const std::array<std::uint64_t, 2>& wanted)
        : file_(::open(log_path(store).c_str(), O_RDONLY | O_CLOEXEC)), wanted_(wanted) {}
    ~log_reading() {
        if (file_ >= 0) ::close(file_);
    }
    log_reading(const log_reading&) = delete;
    log_reading& operator=(const log_reading&) = delete;

    log_contents read() {
        if (file_ < 0) return contents_;
        const std::string_view header = bytes_at(0, header_size);
        contents_.is_blank = header.find_first_not_of('\0') == header.npos;
        if (!takes_header(header)) return contents_;
        bool more = true;
        for (std::uint64_t first = 1; more; first += frames_at_once) {
            const std::string_view some = bytes_at(offset_of_frame(first), buffer_.size());
            for (std::size_t at = 0; at + frame_size <= some.size(); at += frame_size)
                take_frame(first + at / frame_size, some.substr(at, frame_size));
            more = some.size() == buffer_.size();
        }
        return contents_;
    }

private:
    bool takes_header(std::string_view header) {
        if (header.size() < header_size) return false;
        const std::uint32_t magic = big_endian_number(header);
        big_endian_ = (magic & 1) != 0;
        before_.add(header.substr(0, header_size - 8), big_endian_);
        contents_.has_header = (magic & ~1U) == 0x377F0682 && before_ == sums_at(header.substr(24))
                               && big_endian_number(header.substr(8)) == page_size;
        contents_.salt = header.substr(16, 8);
        return contents_.has_header;
    }

    void take_frame(std::uint64_t number, std::string_view frame) {
        word_sums sums = before_;
        sums.add(frame.substr(0, 8), big_endian_);
        sums.add(frame.substr(frame_header_size), big_endian_);
        // A frame is judged by what its predecessor says, whether that one was good or not.
        before_ = sums_at(frame.substr(16));
        const bool fits = frame.substr(8, 8) == contents_.salt && sums == before_;
        for (std::size_t which = 0; which < wanted_.size(); ++which) {
            if (number != wanted_[which]) continue;
            contents_.frame_headers[which] = frame.substr(0, frame_header_size);
        }
        const bool commits = fits && big_endian_number(frame.substr(4)) != 0;
        if (fits && contents_.whole + 1 == number) {
            contents_.whole = number;
            contents_.holds_commit |= commits;
            return;
        }
        run_ = fits ? run_ + (commits ? 1 : 0) : 0;
        contents_.later = std::max(contents_.later, run_);
    }

    // Shorter at the end of the file. Valid until the next call.
    std::string_view bytes_at(std::uint64_t offset, std::size_t size) {
        std::size_t there = 0;
        while (there < size) {
            const ssize_t got = ::pread(
                file_, buffer_.data() + there, size - there, static_cast<off_t>(offset + there)
            );
            if (got <= 0) break;
            there += static_cast<std::size_t>(got);
        }
        return {buffer_.data(), there};
    }

    int file_;
    std::array<std::uint64_t, 2> wanted_;
    std::vector<char> buffer_ = std::vector<char>(frames_at_once * frame_size);
    bool big_endian_ = false;
    word_sums before_;       // the sums that the next frame goes on from
    std::uint64_t run_ = 0;  // commits since the last bad frame
    log_contents contents_;
};

// With each new round SQLite adds 1 to the first half of the salt. The end is not synchronised, so
// a power loss may leave one that is some rounds behind its log; never one that is ahead.
bool is_of_later_round(const log_contents& log, std::string_view salt) {
    const std::uint32_t rounds = big_endian_number(log.salt) - big_endian_number(salt);
    return rounds >= 1 && rounds <= rounds_behind_max;
}

std::string words_of_absent_log(const std::string& name, const log_contents& log) {
    if (!log.is_blank) return fmt::format("{} is damaged at its beginning (bytes 0 to 31)", name);
    return fmt::format(
        "{} is missing or empty; the log is gone: lost, or folded into the store by another "
        "program (sqlite3?)",
        name
    );
}

std::string words_of_other_log(
    const std::filesystem::path& store, const std::string& name, const log_end& end
) {
    if (end.may_be_gone) return fmt::format("{} is not the log of {}", name, store.string());
    return fmt::format(
        "{} is an older log than the one that {} names, or another store's", name,
        log_end_path(store).string()
    );
}

// What is wrong, as a sentence; empty when nothing is. `which` of the two ends.
std::string damage_in(
    const std::filesystem::path& store,
    const log_contents& log,
    const log_end& end,
    std::size_t which
) {
    const std::string name = log_path(store).string();
    if (!log.has_header) {
        const bool fits = log.is_blank && (end.frame == 0 || end.may_be_gone);
        return fits ? "" : words_of_absent_log(name, log);
    }
    const std::uint64_t bad = log.whole + 1;
    const auto begin = offset_of_frame(bad);
    const auto where = fmt::format("frame {}, bytes {} to {}", bad, begin, begin + frame_size - 1);
    // One commit may have been under way when the power went, and each one that failed may have
    // left a piece that ends with it. Two that follow each other: the first was durable.
    if (log.later >= 2) {
        return fmt::format("{} is damaged ({}): later commits are still there", name, where);
    }
    if (end.frame == 0) return {};
    const std::string_view header{end.frame_header.data(), end.frame_header.size()};
    const std::string_view salt = header.substr(8, 8);
    if (log.salt != salt) {
        return is_of_later_round(log, salt) ? "" : words_of_other_log(store, name, end);
    }
    if (log.whole < end.frame) {
        return fmt::format(
            "{} was cut or is damaged ({}): the last commit reached frame {}", name, where,
            end.frame
        );
    }
    if (log.frame_headers[which] == header) return {};
    return fmt::format("{} is not the log whose end {} keeps", name, log_end_path(store).string());
}

[[noreturn]] void fail(std::string_view what) {
    throw store_failure{
        {store_errc::corrupt,
         fmt::format("{}; nothing was changed: keep the folder and restore a backup", what)}};
}

void require_no_foreign_log(const connection& db) {
    if (log_reading(db.file(), {}).read().is_blank) return;
    fail(fmt::format(
        "{} is not the log of {}, which was closed or copied whole", log_path(db.file()).string(),
        db.file().string()
    ));
}

}  // namespace

std::uint64_t offset_of_frame(std::uint64_t frame) {
    return header_size + (frame - 1) * frame_size;
}

bool require_whole_log(const connection& db) {
    const store_header header = db.header();
    if (!header.keeps_log) {
        require_no_foreign_log(db);
        return false;
    }
    std::string damage;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        const stored_log_end stored = read_log_end(db.file());
        // A store of an earlier version keeps no such file.
        if (stored.state == log_end_state::absent && header.schema_version < sealed_since)
            return log_reading(db.file(), {}).read().holds_commit;
        if (stored.state != log_end_state::known) {
            fail(fmt::format(
                "{} is {}: nobody can tell whether the log beside it is whole",
                log_end_path(db.file()).string(),
                stored.state == log_end_state::absent ? "missing" : "damaged"
            ));
        }
        const auto& ends = stored.ends;
        const log_contents log = log_reading(db.file(), {ends[0].frame, ends[1].frame}).read();
        damage = damage_in(db.file(), log, ends[0], 0);
        if (damage.empty()) damage = damage_in(db.file(), log, ends[1], 1);
        if (damage.empty()) return log.holds_commit;
    }
    fail(damage);
}

}  // namespace makegood::statestore
