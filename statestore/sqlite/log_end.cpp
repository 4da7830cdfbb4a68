// The end of a log, lane-N.db-end:
//
//   file  := end end          written in turns
//   end   := "MkGdEnd1" frame header seal
//   frame := 8 bytes, little endian: the frame's number from 1 on; 0 when anything is right. The
//            highest bit is set when the log may be gone
//   header := 24 bytes: that frame's header as it stands in the log (log_check.cpp)
//   seal  := 4 bytes, little endian: CRC-32 of everything before it

#include "statestore/sqlite/log_end.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "engine/assert.hpp"
#include "statestore/checksum.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/log_check.hpp"

namespace makegood::statestore {
namespace {

constexpr std::string_view magic = "MkGdEnd1";
constexpr std::uint64_t may_be_gone_bit = std::uint64_t{1} << 63;
constexpr std::size_t frame_at = 8;
constexpr std::size_t header_at = frame_at + 8;
constexpr std::size_t seal_at = header_at + 24;
constexpr std::size_t end_size = seal_at + 4;
static_assert(end_size == 44);
using end_bytes = std::array<char, end_size>;

end_bytes encoded(const log_end& end) {
    end_bytes bytes{};
    std::memcpy(bytes.data(), magic.data(), magic.size());
    const std::uint64_t frame = end.frame | (end.may_be_gone ? may_be_gone_bit : 0);
    put_little_endian(bytes.data() + frame_at, static_cast<std::uint32_t>(frame));
    put_little_endian(bytes.data() + frame_at + 4, static_cast<std::uint32_t>(frame >> 32));
    std::memcpy(bytes.data() + header_at, end.frame_header.data(), end.frame_header.size());
    put_little_endian(bytes.data() + seal_at, crc32_of({bytes.data(), seal_at}));
    return bytes;
}

std::optional<log_end> decoded(std::string_view bytes) {
    if (bytes.size() != end_size || !bytes.starts_with(magic)) return {};
    if (little_endian_number(bytes.substr(seal_at)) != crc32_of(bytes.substr(0, seal_at)))
        return {};
    log_end end;
    const std::uint64_t frame = std::uint64_t{little_endian_number(bytes.substr(frame_at + 4))}
                                    << 32
                                | little_endian_number(bytes.substr(frame_at));
    end.frame = frame & ~may_be_gone_bit;
    end.may_be_gone = (frame & may_be_gone_bit) != 0;
    std::memcpy(end.frame_header.data(), bytes.data() + header_at, end.frame_header.size());
    return end;
}

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view doing, int error) {
    throw store_failure{
        {error == ENOSPC || error == EDQUOT ? store_errc::full : store_errc::io,
         fmt::format(
             "{} cannot be {}: {}; check the disk and the permissions of the data folder",
             file.string(), doing, std::strerror(error)
         )}};
}

// Whether all of it was written.
bool write_end(int file, const log_end& end, std::size_t place) {
    const end_bytes bytes = encoded(end);
    const std::size_t begin = place * end_size;
    for (std::size_t done = 0; done < bytes.size();) {
        const auto at = static_cast<off_t>(begin + done);
        const ssize_t some = ::pwrite(file, bytes.data() + done, bytes.size() - done, at);
        if (some <= 0) return false;
        done += static_cast<std::size_t>(some);
    }
    return true;
}

stored_log_end read_once(int file) {
    std::array<char, 2 * end_size> bytes{};
    const ssize_t got = ::pread(file, bytes.data(), bytes.size(), 0);
    const std::string_view there{bytes.data(), static_cast<std::size_t>(got < 0 ? 0 : got)};
    const auto first = decoded(there.substr(0, end_size));
    const auto second = decoded(there.substr(std::min(there.size(), end_size)));
    if (!first && !second) return {log_end_state::damaged, false, {}};
    return {
        log_end_state::known,
        !first || !second,
        {first.value_or(log_end{}), second.value_or(log_end{})}};
}

}  // namespace

std::filesystem::path log_path(const std::filesystem::path& store) {
    return store.string() + "-wal";
}

std::filesystem::path log_end_path(const std::filesystem::path& store) {
    return store.string() + "-end";
}

stored_log_end read_log_end(const std::filesystem::path& store) {
    const int file = ::open(log_end_path(store).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) return {};
    stored_log_end found{log_end_state::damaged, false, {}};
    if (file < 0) return found;
    // A writer may be writing it: the same half of two writings is not seen three times.
    for (int attempt = 0; attempt < 3; ++attempt) {
        found = read_once(file);
        if (found.state == log_end_state::known && !found.one_is_damaged) break;
    }
    ::close(file);
    return found;
}

std::string words_of_damaged_end(const std::filesystem::path& store) {
    return fmt::format(
        "{}: one of its two ends is not as it was written. The other one is enough, and a server "
        "that starts on the folder writes both anew; have a look at the disk",
        log_end_path(store).string()
    );
}

void create_log_end(const std::filesystem::path& store) {
    // Written beside and renamed: a half written one would make the store one that nobody opens.
    const std::filesystem::path path = log_end_path(store);
    const std::filesystem::path unfinished = path.string() + ".new";
    const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) fail(path, "created", errno);
    errno = 0;
    const bool written = write_end(file, {}, 0) && write_end(file, {}, 1);
    const bool synced = written && ::fsync(file) == 0;
    const int error = synced ? 0 : (errno == 0 ? ENOSPC : errno);
    ::close(file);
    if (error == 0 && ::rename(unfinished.c_str(), path.c_str()) == 0) return;
    const int reason = error == 0 ? errno : error;
    ::unlink(unfinished.c_str());
    fail(path, "written", reason);
}

log_end_keeper::log_end_keeper(const std::filesystem::path& store) {
    const std::filesystem::path path = log_end_path(store);
    file_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file_ < 0) fail(path, "opened", errno);
    log_ = ::open(log_path(store).c_str(), O_RDONLY | O_CLOEXEC);
    const int error = errno;
    if (log_ >= 0) return;
    ::close(file_);
    fail(log_path(store), "opened", error);
}

log_end_keeper::~log_end_keeper() {
    ::close(file_);
    ::close(log_);
}

void log_end_keeper::reaches(std::uint64_t frame) {
    ASSERT(frame > 0);
    log_end end{frame, false, {}};
    const ssize_t wanted = std::ssize(end.frame_header);
    const auto at = static_cast<off_t>(offset_of_frame(frame));
    if (::pread(log_, end.frame_header.data(), end.frame_header.size(), at) != wanted) return;
    if (!write_end(file_, end, place_)) return;
    last_ = end;
    place_ = 1 - place_;
}

void log_end_keeper::begins(std::uint64_t frame) {
    reaches(frame);
    if (last_.frame == frame && write_end(file_, last_, place_)) static_cast<void>(::fsync(file_));
}

void log_end_keeper::anything_may_follow() {
    write_both({});
}

void log_end_keeper::may_be_gone() {
    log_end end = last_;
    end.may_be_gone = end.frame != 0;
    write_both(end);
}

void log_end_keeper::needed_after_all() {
    static_cast<void>(write_end(file_, last_, place_));
}

void log_end_keeper::write_both(const log_end& end) {
    const bool written = write_end(file_, end, 0) && write_end(file_, end, 1);
    if (!written || ::fsync(file_) != 0) fail("the end of the log", "written", errno);
}

}  // namespace makegood::statestore
