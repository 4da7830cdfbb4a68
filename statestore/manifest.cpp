// The manifest of a data folder, `makegood.json`, format 1:
//
//   {"format": 1, "id": "0f6c…", "created_at": "2026-11-20T08:15:30.123Z",
//    "stores": ["lane-0.db", "lane-1.db"],
//    "partitions": [0, 1, 0, 1, …],        256 numbers: the store that holds each partition
//    "seal": "8f3a01c2"}                   CRC-32 of the bytes before the comma that precedes it
//
// The id is 32 random hexadecimal digits; each store has it too. Without one it was written by an
// earlier program: the stores of this format say themselves that they need one.
// Without a seal it was written by an earlier program, or by hand.
// Members that are not known are kept out of the way: a format that needs them has another number.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "engine/assert.hpp"
#include "statestore/checksum.hpp"
#include "statestore/data_folder.hpp"
#include "statestore/sqlite/place.hpp"

namespace makegood::statestore {
namespace {

constexpr std::string_view manifest_name = "makegood.json";
constexpr std::string_view unfinished_name = "makegood.json.new";
constexpr std::string_view seal_begin = ",\"seal\":\"";
constexpr std::size_t manifest_bytes_max = 64 * 1024;

// Why a manifest cannot be understood; completes "… is damaged: ".
struct damaged {
    std::string why;
};

std::string to_text(const folder_manifest& manifest) {
    boost::json::object document;
    document["format"] = manifest.format;
    if (!manifest.id.empty()) document["id"] = manifest.id;
    document["created_at"] = format_instant(manifest.created_at);
    boost::json::array& stores = document["stores"].emplace_array();
    for (const std::string& name : manifest.stores)
        stores.emplace_back(name);
    boost::json::array& partitions = document["partitions"].emplace_array();
    for (const std::uint8_t store : manifest.store_of_partition)
        partitions.emplace_back(store);
    std::string text = boost::json::serialize(document);
    text.pop_back();  // the closing brace
    return text + fmt::format("{}{:08x}\"}}\n", seal_begin, crc32_of(text));
}

// A manifest may be changed by hand: then its seal has to go.
bool seal_fits(std::string_view text) {
    const std::size_t at = text.rfind(seal_begin);
    if (at == text.npos) return true;
    const std::string seal = fmt::format("{:08x}\"", crc32_of(text.substr(0, at)));
    return text.substr(at + seal_begin.size()).starts_with(seal);
}

const boost::json::value& member(const boost::json::object& document, std::string_view name) {
    const boost::json::value* found = document.if_contains(name);
    if (found == nullptr) throw damaged{fmt::format("it has no member '{}'", name)};
    return *found;
}

const boost::json::array& list_of(const boost::json::object& document, std::string_view name) {
    const boost::json::array* found = member(document, name).if_array();
    if (found == nullptr) throw damaged{fmt::format("'{}' is not a list", name)};
    return *found;
}

// A plain file name: a manifest must not lead out of its folder.
bool is_store_name(std::string_view name) {
    return name.ends_with(".db") && name.find('/') == name.npos && !name.starts_with('.');
}

void read_stores(const boost::json::object& document, folder_manifest& manifest) {
    for (const boost::json::value& each : list_of(document, "stores")) {
        const boost::json::string* name = each.if_string();
        if (name == nullptr || !is_store_name({name->data(), name->size()})) {
            throw damaged{"'stores' holds something else than the name of a store"};
        }
        manifest.stores.emplace_back(name->data(), name->size());
    }
    if (manifest.stores.empty() || manifest.stores.size() > stores_max) {
        throw damaged{fmt::format("'stores' must name 1 to {} stores", stores_max)};
    }
    const boost::json::array& partitions = list_of(document, "partitions");
    if (partitions.size() != partitions_count) {
        throw damaged{fmt::format("'partitions' must hold {} numbers", partitions_count)};
    }
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        const std::int64_t* store = partitions[i].if_int64();
        if (store == nullptr || *store < 0 || *store >= std::ssize(manifest.stores)) {
            throw damaged{fmt::format("partition {} is in no store", i)};
        }
        manifest.store_of_partition[i] = static_cast<std::uint8_t>(*store);
    }
}

std::string read_id(const boost::json::object& document) {
    const boost::json::value* found = document.if_contains("id");
    if (found == nullptr) return {};
    const boost::json::string* id = found->if_string();
    if (id == nullptr || id->empty()) throw damaged{"'id' is not a folder's id"};
    return {id->data(), id->size()};
}

store_result<folder_manifest> parse_manifest(
    const std::filesystem::path& file, const std::string& text
) {
    boost::system::error_code problem;
    const boost::json::value document = boost::json::parse(text, problem);
    const boost::json::object* members = problem ? nullptr : document.if_object();
    try {
        if (members == nullptr) throw damaged{"it is not a JSON object"};
        if (!seal_fits(text)) throw damaged{"it is not as it was written, as its seal says"};
        const std::int64_t* format = member(*members, "format").if_int64();
        if (format == nullptr || *format < 1) throw damaged{"'format' is not a number from 1"};
        if (*format > folder_manifest::newest_format) {
            return store_error{
                store_errc::too_new, fmt::format(
                                         "{} has format {}, and this program knows up to {}: use "
                                         "the version of makegood that "
                                         "wrote it, or a later one",
                                         file.string(), *format, folder_manifest::newest_format
                                     )};
        }
        folder_manifest manifest;
        manifest.format = static_cast<std::uint32_t>(*format);
        const boost::json::string* created = member(*members, "created_at").if_string();
        const auto created_at =
            created == nullptr ? std::nullopt : parse_instant({created->data(), created->size()});
        if (!created_at) throw damaged{"'created_at' is not a time"};
        manifest.created_at = *created_at;
        manifest.id = read_id(*members);
        read_stores(*members, manifest);
        return manifest;
    } catch (const damaged& trouble) {
        return store_error{
            store_errc::corrupt,
            fmt::format("{} is damaged: {}; restore a backup", file.string(), trouble.why)};
    }
}

store_error system_trouble(const std::filesystem::path& path, std::string_view doing, int error) {
    const bool full = error == ENOSPC || error == EDQUOT;
    return {
        full ? store_errc::full : store_errc::io,
        fmt::format("{} cannot be {}: {}", path.string(), doing, std::strerror(error))};
}

// 0, or the errno of what failed.
int write_and_sync(const std::filesystem::path& file, const std::string& text) {
    const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (handle < 0) return errno;
    errno = 0;
    const ssize_t written = ::write(handle, text.data(), text.size());
    int error = written == std::ssize(text) ? 0 : (errno == 0 ? ENOSPC : errno);
    if (error == 0 && ::fsync(handle) != 0) error = errno;
    if (::close(handle) != 0 && error == 0) error = errno;
    return error;
}

int sync_folder(const std::filesystem::path& folder) {
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return errno;
    const int error = ::fsync(handle) == 0 ? 0 : errno;
    ::close(handle);
    return error;
}

}  // namespace

folder_manifest make_manifest(std::size_t stores, instant created_at) {
    ASSERT(stores >= 1 && stores <= stores_max);
    folder_manifest manifest;
    manifest.id = new_folder_id();
    manifest.created_at = created_at;
    for (std::size_t i = 0; i < stores; ++i)
        manifest.stores.push_back(fmt::format("lane-{}.db", i));
    for (std::size_t i = 0; i < partitions_count; ++i) {
        manifest.store_of_partition[i] = static_cast<std::uint8_t>(i % stores);
    }
    return manifest;
}

store_result<folder_manifest> read_manifest(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / manifest_name;
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        std::error_code ignored;
        if (std::filesystem::exists(file, ignored)) return system_trouble(file, "read", EACCES);
        return store_error{
            store_errc::not_found,
            fmt::format("{} is not a data folder: it has no {}", folder.string(), manifest_name)};
    }
    std::string text(manifest_bytes_max, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return parse_manifest(file, text);
}

store_result<void> write_manifest(
    const std::filesystem::path& folder, const folder_manifest& manifest
) {
    const std::filesystem::path unfinished = folder / unfinished_name;
    const std::filesystem::path file = folder / manifest_name;
    if (const int error = write_and_sync(unfinished, to_text(manifest)); error != 0) {
        return system_trouble(unfinished, "written", error);
    }
    std::error_code problem;
    std::filesystem::rename(unfinished, file, problem);
    if (problem) return system_trouble(file, "written", problem.value());
    if (const int error = sync_folder(folder); error != 0) {
        return system_trouble(folder, "synchronised", error);
    }
    return {};
}

}  // namespace makegood::statestore
