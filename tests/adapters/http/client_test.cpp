#include "adapters/http/client.hpp"

#include <catch2/catch.hpp>

#include "raw_peer.hpp"
#include "running_client.hpp"
#include "running_server.hpp"

using namespace makegood::http;
using namespace makegood::http::testing;
using namespace std::chrono_literals;

namespace {

std::string answer_with(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n"
           + std::string(body);
}

}  // namespace

TEST_CASE("a request carries host, length, type and its own fields") {
    raw_listener backend;
    const std::string place = "127.0.0.1:" + std::to_string(backend.port());
    running_client client("http://" + place + "/base/");
    auto asked = client.start(keyed_post("/v1/reservations", "{}"));
    raw_peer peer = backend.accept();
    const raw_message heard = peer.hear();
    CHECK(heard.has("POST /base/v1/reservations HTTP/1.1\r\nHost: " + place + "\r\n"));
    CHECK(heard.has("\r\nContent-Length: 2\r\n"));
    CHECK(heard.has("\r\nContent-Type: application/json\r\n"));
    CHECK(heard.has("\r\nIdempotency-Key: chk_1:reserve_inventory\r\n"));
    CHECK(heard.body == "{}");

    peer.say(
        "HTTP/1.1 409 Conflict\r\nContent-Type: text/plain\r\nRetry-After: 3\r\nContent-Length: "
        "2\r\n\r\nno"
    );
    const auto result = take(std::move(asked));
    REQUIRE(verdict(result) == "409");
    const auto& answer = std::get<response>(result);
    CHECK(answer.body == "no");
    CHECK(answer.content_type == "text/plain");
    CHECK(answer.fields.find("retry-after") == "3");
    CHECK_FALSE(answer.fields.contains("Content-Length"));
}

TEST_CASE("a request without a body has no length, unless its method is one that sends one") {
    raw_listener backend;
    running_client client(backend.port());
    auto asked = client.start(get("/a"));
    raw_peer peer = backend.accept();
    const raw_message plain = peer.hear();
    CHECK_FALSE(plain.has("Content-"));
    peer.say(answer_with(""));
    CHECK(verdict(take(std::move(asked))) == "200");

    asked = client.start(post("/confirm", ""));
    const raw_message empty = peer.hear();
    CHECK(empty.has("\r\nContent-Length: 0\r\n"));
    CHECK_FALSE(empty.has("Content-Type"));
    peer.say(answer_with(""));
    CHECK(verdict(take(std::move(asked))) == "200");
}

TEST_CASE("neither target nor fields can break out of their place") {
    raw_listener backend;
    running_client client(backend.port());
    request evil = get("/a b\r\nX: 1");
    evil.fields.add("Note", "x\r\nHost: other");
    evil.fields.add("Transfer-Encoding", "chunked");
    auto asked = client.start(evil);
    raw_peer peer = backend.accept();
    const raw_message heard = peer.hear();
    CHECK(heard.header.starts_with("GET /a%20b%0D%0AX:%201 HTTP/1.1\r\n"));
    CHECK(heard.has("\r\nNote: x  Host: other\r\n"));
    CHECK_FALSE(heard.has("chunked"));
    peer.say(answer_with(""));
    CHECK(verdict(take(std::move(asked))) == "200");
}

TEST_CASE("a connection is used again") {
    raw_listener backend;
    running_client client(backend.port());
    auto asked = client.start(get("/1"));
    raw_peer peer = backend.accept();
    for (int round = 2; round < 5; ++round) {
        CHECK(peer.hear().status() == 0);
        peer.say(answer_with("ok"));
        CHECK(verdict(take(std::move(asked))) == "200");
        asked = client.start(get("/" + std::to_string(round)));
    }
    CHECK(peer.hear().has("GET /4 "));
    peer.say(answer_with("ok"));
    take(std::move(asked));
    CHECK_FALSE(backend.has_waiting());
    CHECK(client.under_way() == 0);
}

TEST_CASE("chunked answers, answers up to the end of the stream and empty ones are whole") {
    const auto [said, body] = GENERATE(table<std::string, std::string>({
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nT: "
         "1\r\n\r\n",
         "abcd"},
        {"HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end"},
        {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", "ok"},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", ""},
        {"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", ""},
        {"HTTP/1.1 200\x20\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", ""},
    }));
    INFO(said);
    raw_listener backend;
    running_client client(backend.port());
    auto asked = client.start(get("/"));
    {
        raw_peer peer = backend.accept();
        peer.hear();
        for (const char each : said)
            peer.say({&each, 1});
    }
    const auto result = take(std::move(asked));
    REQUIRE(std::holds_alternative<response>(result));
    CHECK(std::get<response>(result).body == body);

    auto next = client.start(get("/next"));  // none of these connections may be used again
    raw_peer fresh = backend.accept();
    fresh.hear();
    fresh.say(answer_with(""));
    CHECK(verdict(take(std::move(next))) == "200");
}

TEST_CASE("a chunked answer keeps the connection") {
    raw_listener backend;
    running_client client(backend.port());
    auto asked = client.start(get("/"));
    raw_peer peer = backend.accept();
    peer.hear();
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
    CHECK(verdict(take(std::move(asked))) == "200");
    asked = client.start(get("/again"));
    CHECK(peer.hear().has("GET /again "));
    peer.say(answer_with(""));
    CHECK(verdict(take(std::move(asked))) == "200");
}

TEST_CASE("the answer to a HEAD has no body, whatever length it tells") {
    raw_listener backend;
    running_client client(backend.port());
    request head = get("/");
    head.method = "HEAD";
    auto asked = client.start(head);
    raw_peer peer = backend.accept();
    peer.hear();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    CHECK(verdict(take(std::move(asked))) == "200");
}

TEST_CASE("interim answers are skipped") {
    raw_listener backend;
    running_client client(backend.port());
    auto asked = client.start(get("/"));
    raw_peer peer = backend.accept();
    peer.hear();
    peer.say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    peer.say("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok");
    const auto result = take(std::move(asked));
    REQUIRE(verdict(result) == "201");
    CHECK_FALSE(std::get<response>(result).fields.contains("Link"));
}

TEST_CASE("a large request and a large answer go through our own server") {
    running_server server({.body_bytes_max = 8 * 1024 * 1024});
    client_options options;
    options.answer_bytes_max = 9 * 1024 * 1024;
    running_client client(server.port(), options);
    const std::string body(8 * 1024 * 1024, 'b');
    const auto result = client.exchange(post("/", body));
    REQUIRE(verdict(result) == "200");
    CHECK(std::get<response>(result).body == "POST / " + body);
}

TEST_CASE("a server that refuses early is heard although the request was not sent to its end") {
    running_server server({.body_bytes_max = 1000});
    running_client client(server.port());
    CHECK(verdict(client.exchange(post("/", std::string(900'000, 'x')))) == "413");
}

TEST_CASE("localhost and names are resolved, unknown names are not sent") {
    running_server server;
    const std::string port = std::to_string(server.port());
    running_client by_name("http://localhost:" + port);
    CHECK(verdict(by_name.exchange(get("/"))) == "200");
    CHECK(verdict(by_name.exchange(get("/"))) == "200");

    running_client unknown("http://no-such-host.invalid:" + port);
    CHECK(verdict(unknown.exchange(get("/"))) == "not_sent");
}

TEST_CASE("an address is read into its parts") {
    const origin plain = origin::parse("http://inventory:8801");
    CHECK(plain.host == "inventory");
    CHECK(plain.port == "8801");
    CHECK(plain.base_path.empty());

    const origin full = origin::parse("HTTP://[::1]/a/b/");
    CHECK(full.host == "::1");
    CHECK(full.port == "80");
    CHECK(full.base_path == "/a/b");
}

TEST_CASE("an address that is none is refused with what was expected") {
    const std::string url = GENERATE(
        as<std::string>(), "", "inventory:8801", "https://inventory", "http://", "http://a:port",
        "http://a:99999", "http://u@a/", "http://a/?q", "http://a/#f", "/path", "http://a b/"
    );
    INFO(url);
    CHECK_THROWS_AS(origin::parse(url), std::invalid_argument);
}
