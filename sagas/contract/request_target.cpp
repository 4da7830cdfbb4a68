#include "sagas/contract/request_target.hpp"

namespace makegood::contract {
namespace {

bool is_unreserved(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '~'
           || byte == '.';
}

}  // namespace

std::string path_segment(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char byte : text) {
        if (is_unreserved(byte)) {
            out += byte;
            continue;
        }
        const auto code = static_cast<unsigned char>(byte);
        out += '%';
        out += digits[code >> 4];
        out += digits[code & 0xF];
    }
    return out;
}

std::string path_of(std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (const std::string_view part : parts)
        size += part.size();
    std::string path;
    path.reserve(size);
    for (const std::string_view part : parts)
        path += part;
    return path;
}

}  // namespace makegood::contract
