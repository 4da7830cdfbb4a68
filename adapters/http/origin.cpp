#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <stdexcept>

#include "adapters/http/client.hpp"

namespace makegood::http {

namespace {

template <typename Text>
std::string text_of(const Text& piece) {
    return {piece.data(), piece.size()};
}

bool is_port(std::string_view text) {
    std::uint16_t number = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end && number != 0;
}

[[noreturn]] void refuse(std::string_view url, std::string_view expected) {
    throw std::invalid_argument("\"" + std::string(url) + "\": " + std::string(expected));
}

}  // namespace

origin origin::parse(std::string_view url) {
    const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
    if (!parsed) refuse(url, "expected an address like http://host:port");
    if (parsed->scheme_id() != boost::urls::scheme::http) refuse(url, "the scheme has to be http");
    if (parsed->has_userinfo()) refuse(url, "an address carries no user name");
    if (parsed->has_query() || parsed->has_fragment()) refuse(url, "an address ends with its path");
    if (parsed->encoded_host().empty()) refuse(url, "the host is missing");

    origin where;
    where.host = parsed->host_address();
    where.port = parsed->has_port() ? text_of(parsed->port()) : "80";
    if (!is_port(where.port)) refuse(url, "the port has to be 1 to 65535");
    where.base_path = text_of(parsed->encoded_path());
    while (where.base_path.ends_with('/'))
        where.base_path.pop_back();
    return where;
}

}  // namespace makegood::http
