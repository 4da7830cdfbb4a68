#include <catch2/catch.hpp>

#include "adapters/http/server.hpp"
#include "raw_peer.hpp"
#include "running_server.hpp"

using namespace makegood::http;
using namespace makegood::http::testing;

namespace {

// What follows a refused request must never be read as a second one.
constexpr std::string_view smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

void check_refused(std::string_view header, unsigned status, std::string_view code) {
    INFO(header);
    std::atomic<int> handled = 0;
    running_server server({}, [&handled](const request& asked) {
        ++handled;
        return echo(asked);
    });
    raw_peer peer(server.port());
    peer.say(std::string(header) + "\r\n" + std::string(smuggled));
    const raw_message answer = peer.hear();
    CHECK(answer.status() == status);
    CHECK(answer.body.find("\"code\":\"" + std::string(code) + "\"") != std::string::npos);
    peer.hear_end();
    CHECK(handled == 0);
}

}  // namespace

TEST_CASE("a request whose end two readers could see in two places is refused") {
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
    const auto [fields, status, code] = GENERATE(table<std::string, unsigned, std::string>({
        {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400, "malformed-request"},
        {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400, "malformed-request"},
        {"Content-Length: 5\r\nContent-Length: 6\r\n", 400, "malformed-request"},
        {"Content-Length: 5, 6\r\n", 400, "malformed-request"},
        {"Content-Length: +5\r\n", 400, "malformed-request"},
        {"Content-Length: -5\r\n", 400, "malformed-request"},
        {"Content-Length: 0x5\r\n", 400, "malformed-request"},
        {"Content-Length: 5 5\r\n", 400, "malformed-request"},
        {"Content-Length: \r\n", 400, "malformed-request"},
        {"Content-Length: 99999999999999999999\r\n", 400, "malformed-request"},
        {"Content-Length : 5\r\n", 400, "malformed-request"},
        {"Transfer-Encoding : chunked\r\n", 400, "malformed-request"},
        {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400, "malformed-request"},
        {"Transfer-Encoding: gzip\r\n", 501, "not-implemented"},
        {"Transfer-Encoding: gzip, chunked\r\n", 501, "not-implemented"},
        {"Transfer-Encoding: chunked, identity\r\n", 501, "not-implemented"},
        {"Transfer-Encoding: xchunked\r\n", 501, "not-implemented"},
        {"Transfer-Encoding: \"chunked\"\r\n", 501, "not-implemented"},
        {"Transfer-Encoding: identity\r\nContent-Length: 5\r\n", 501, "not-implemented"},
        {"X: a\nTransfer-Encoding: chunked\r\n", 400, "malformed-request"},
        {"X: a\rTransfer-Encoding: chunked\r\n", 400, "malformed-request"},
        {std::string("X: a\0b\r\n", 8), 400, "malformed-request"},
        {"\x0bTransfer-Encoding: chunked\r\n", 400, "malformed-request"},
    }));
    check_refused(post + fields, status, code);
}

TEST_CASE("a chunked request of HTTP/1.0 is refused") {
    check_refused(
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n", 400, "malformed-request"
    );
}

TEST_CASE("a request line that is none is refused") {
    const std::string line = GENERATE(
        as<std::string>(), "GET /", "GET / HTTP/2.0", "GET / HTTP/1.1 ", "GET  / HTTP/1.1",
        "G\xc3\xa9T / HTTP/1.1", "GET /a b HTTP/1.1", "GET /\x7f HTTP/1.1", "GET nowhere HTTP/1.1",
        "\x16\x03\x01\x02", "GET ftp://a/ HTTP/1.1", "/ HTTP/1.1", " GET / HTTP/1.1"
    );
    check_refused(line + "\r\nHost: a\r\n", 400, "malformed-request");
}

TEST_CASE("a request names exactly one Host") {
    check_refused("GET / HTTP/1.1\r\n", 400, "malformed-request");
    check_refused("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400, "malformed-request");
}

TEST_CASE("broken chunks are refused") {
    const std::string chunks = GENERATE(
        as<std::string>(), "x\r\n", "5\r\nabcdefg\r\n", "-1\r\n", "ffffffffffffffffff\r\n",
        "5\nabcde\r\n", "5 5\r\nabcde\r\n"
    );
    INFO(chunks);
    running_server server;
    raw_peer peer(server.port());
    peer.say(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "\r\n\r\n"
    );
    const raw_message answer = peer.hear();
    CHECK((answer.status() == 400 || answer.status() == 413));
    peer.hear_end();
}

TEST_CASE("the same length twice is one length") {
    running_server server;
    raw_peer peer(server.port());
    peer.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi");
    CHECK(peer.hear().body == "POST / hi");
}

TEST_CASE("CONNECT is not implemented") {
    running_server server;
    raw_peer peer(server.port());
    peer.say("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    const raw_message answer = peer.hear();
    CHECK(answer.status() == 501);
    CHECK(answer.body.find("\"code\":\"not-implemented\"") != std::string::npos);
}
