#include "adapters/http/wire_text.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <ctime>

#include "adapters/http/client.hpp"
#include "adapters/http/clock.hpp"

namespace makegood::http {

namespace {

bool is_control(char character) {
    const auto code = static_cast<unsigned char>(character);
    return code < 0x20 || code == 0x7f;
}

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits;  // 2^64 has 20
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_value(std::string& out, std::string_view value) {
    const auto start = static_cast<std::ptrdiff_t>(out.size());
    out.append(value);
    if (std::none_of(value.begin(), value.end(), is_control)) return;
    std::replace_if(out.begin() + start, out.end(), is_control, ' ');
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name);
    out.append(": ");
    append_value(out, value);
    out.append("\r\n");
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    for (const std::string_view candidate : names) {
        if (candidate.size() != name.size()) continue;
        if (boost::beast::iequals(
                {name.data(), name.size()}, {candidate.data(), candidate.size()}
            )) {
            return true;
        }
    }
    return false;
}

// RFC 9110 5.6.2, and what lies beyond ASCII, as Beast reads it.
constexpr auto name_characters = [] {
    constexpr std::string_view separators = "()<>@,;:\\\"/[]?={} ";
    std::array<bool, 256> allowed{};
    for (std::size_t code = 0x21; code < allowed.size(); ++code)
        allowed[code] = code != 0x7f;
    for (const char separator : separators)
        allowed[static_cast<unsigned char>(separator)] = false;
    return allowed;
}();

bool is_name(std::string_view name) {
    const auto allowed = [](char character) {
        return name_characters[static_cast<unsigned char>(character)];
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

void append_fields(
    std::string& out, const field_list& fields, std::initializer_list<std::string_view> left_out
) {
    for (const field& each : fields) {
        if (!is_name(each.name) || is_one_of(each.name, left_out)) continue;
        append_field(out, each.name, each.value);
    }
}

void append_length(std::string& out, std::size_t length) {
    out.append("Content-Length: ");
    append_number(out, length);
    out.append("\r\n");
}

// RFC 9110 6.6.1: an origin server with a clock tells the time. Written once a second and thread.
std::string_view date_field() {
    thread_local std::time_t written_for = 0;
    thread_local std::array<char, 64> line{};
    thread_local std::size_t length = 0;
    const std::time_t second = wall_second();
    if (second != written_for) {
        std::tm calendar{};
        gmtime_r(&second, &calendar);
        length = std::strftime(
            line.data(), line.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &calendar
        );
        written_for = second;
    }
    return {line.data(), length};
}

std::string_view reason_phrase(unsigned status) {
    const auto phrase =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
    return {phrase.data(), phrase.size()};
}

void append_status_line(std::string& out, unsigned status) {
    if (status == 200) {
        out.append("HTTP/1.1 200 OK\r\n");
        return;
    }
    out.append("HTTP/1.1 ");
    append_number(out, status);
    out.append(" ");
    out.append(reason_phrase(status));
    out.append("\r\n");
}

bool is_visible(char character) {
    const auto code = static_cast<unsigned char>(character);
    return code > 0x20 && code < 0x7f;
}

// A target is visible ASCII; anything else would end the request line early.
void append_target(std::string& out, std::string_view target) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    while (!target.empty()) {
        const auto* const other = std::find_if_not(target.begin(), target.end(), is_visible);
        const auto visible = static_cast<std::size_t>(other - target.begin());
        out.append(target.substr(0, visible));
        if (visible == target.size()) return;
        const auto code = static_cast<unsigned char>(*other);
        out.push_back('%');
        out.push_back(hex[code >> 4]);
        out.push_back(hex[code & 0xf]);
        target.remove_prefix(visible + 1);
    }
}

void append_host(std::string& out, const origin& where) {
    const bool is_ipv6 = where.host.find(':') != std::string::npos;
    out.append(is_ipv6 ? "Host: [" : "Host: ");
    out.append(where.host);
    if (is_ipv6) out.append("]");
    if (where.port != "80") {
        out.append(":");
        out.append(where.port);
    }
    out.append("\r\n");
}

bool may_have_body(unsigned status) {
    return status != 204 && status != 304;
}

}  // namespace

void append_response(std::string& out, const response& answer, answer_framing framing) {
    const bool follows_later = framing.in_chunks || framing.until_close;
    const bool has_content = follows_later || !answer.body.empty();
    append_status_line(out, answer.status);
    out.append(date_field());
    if (may_have_body(answer.status)) {
        if (has_content && !answer.content_type.empty()) {
            append_field(out, "Content-Type", answer.content_type);
        }
        if (framing.in_chunks) out.append("Transfer-Encoding: chunked\r\n");
        if (!follows_later) append_length(out, answer.body.size());
    }
    if (!framing.keep_alive) {
        out.append("Connection: close\r\n");
    } else if (framing.tells_keep_alive) {
        out.append("Connection: keep-alive\r\n");
    }
    append_fields(
        out, answer.fields,
        {"Content-Length", "Content-Type", "Connection", "Transfer-Encoding", "Date"}
    );
    out.append("\r\n");
    if (may_have_body(answer.status) && !framing.to_head && !follows_later) {
        out.append(answer.body);
    }
}

void append_chunk(std::string& out, std::string_view piece) {
    std::array<char, 16> digits;  // 2^64 has 16
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16).ptr;
    out.append(digits.data(), end);
    out.append("\r\n");
    out.append(piece);
    out.append("\r\n");
}

void append_request(std::string& out, const request& message, const origin& where) {
    out.append(message.method);
    out.append(" ");
    append_target(out, where.base_path);
    append_target(out, message.target);
    out.append(" HTTP/1.1\r\n");
    append_host(out, where);
    const bool has_content = !message.body.empty();
    const bool expects_content = message.method != "GET" && message.method != "HEAD";
    if (has_content && !message.fields.contains("Content-Type")) {
        out.append("Content-Type: application/json\r\n");
    }
    if (has_content || expects_content) append_length(out, message.body.size());
    append_fields(
        out, message.fields, {"Host", "Content-Length", "Connection", "Transfer-Encoding"}
    );
    out.append("\r\n");
    out.append(message.body);
}

response problem(unsigned status, std::string_view code, std::string_view detail) {
    const boost::json::object members{
        {"type", "about:blank"}, {"title", reason_phrase(status)},
        {"status", status},      {"code", code},
        {"detail", detail},
    };
    response answer;
    answer.status = status;
    answer.content_type = "application/problem+json";
    answer.body = boost::json::serialize(members);
    return answer;
}

}  // namespace makegood::http
