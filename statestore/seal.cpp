#include "statestore/seal.hpp"

#include "statestore/checksum.hpp"

namespace makegood::statestore {
namespace {

constexpr std::size_t seal_size = 4;

}  // namespace

void seal(std::string& out, std::size_t begin) {
    const std::uint32_t checksum = crc32_of(std::string_view(out).substr(begin));
    out.resize(out.size() + seal_size);
    put_little_endian(out.data() + out.size() - seal_size, checksum);
}

store_result<std::string_view> unsealed(
    std::string_view what, std::string_view bytes, std::uint8_t version
) {
    if (bytes.empty() || static_cast<std::uint8_t>(bytes[0]) != version) return bytes;
    if (bytes.size() > seal_size) {
        const std::string_view body = bytes.substr(0, bytes.size() - seal_size);
        if (little_endian_number(bytes.substr(body.size())) == crc32_of(body)) return body;
    }
    return store_error{
        store_errc::corrupt, std::string(what) + " is damaged: its checksum does not fit"};
}

std::string words_of_later_version(std::string_view what, unsigned version, unsigned known) {
    return std::string(what) + " has format version " + std::to_string(version)
           + ", and this program reads up to " + std::to_string(known)
           + ": use the version of makegood that wrote it, or a later one";
}

}  // namespace makegood::statestore
