#include "adapters/http/server.hpp"

#include <catch2/catch.hpp>
#include <system_error>

#include "raw_peer.hpp"
#include "running_server.hpp"

using namespace makegood::http;
using namespace makegood::http::testing;
using namespace std::chrono_literals;

namespace {

boost::asio::awaitable<response> throws(const request&) {
    throw std::runtime_error("the store is on fire");
    co_return response{};
}

boost::asio::awaitable<response> answers_nothing(const request&) {
    response answer;
    answer.status = 204;
    co_return answer;
}

boost::asio::awaitable<response> loses_its_answer(const request&) {
    response answer;
    answer.status = 0;
    co_return answer;
}

boost::asio::awaitable<response> answers_with_interim_status(const request&) {
    response answer;
    answer.status = 100;
    co_return answer;
}

boost::asio::awaitable<response> injects(const request&) {
    response answer;
    answer.fields.add("Location", "/a\r\nSet-Cookie: stolen");
    answer.fields.add("Content-Length", "999");
    answer.fields.add("Bad\r\nName", "value");
    answer.fields.add("Retry-After", "2");
    answer.body = "{}";
    co_return answer;
}

std::string get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: engine\r\n\r\n";
}

}  // namespace

TEST_CASE("a request is answered and its connection kept for the next one") {
    running_server server;
    raw_peer peer(server.port());
    peer.say("POST /v1/checkouts?wait=1 HTTP/1.1\r\nHost: engine\r\nContent-Length: 5\r\n\r\nhello"
    );
    const raw_message first = peer.hear();
    CHECK(first.status() == 200);
    CHECK(first.body == "POST /v1/checkouts?wait=1 hello");
    CHECK(first.has("Content-Type: text/plain\r\n"));
    CHECK(first.has("\r\nDate: "));
    CHECK_FALSE(first.has("Connection:"));

    peer.say(get("/second"));
    CHECK(peer.hear().body == "GET /second ");
    CHECK(server.connections() == 1);
}

TEST_CASE("pipelined requests are answered one by one in their order") {
    held_handler held;
    running_server server({}, held.as_handler());
    raw_peer peer(server.port());
    peer.say(get("/1") + get("/2") + "\r\n" + get("/3"));
    REQUIRE(server.loop().eventually([&] { return held.arrived == 1; }));
    held.let_go(server.loop());
    CHECK(peer.hear().body == "held /1");
    CHECK(peer.hear().body == "held /2");
    CHECK(peer.hear().body == "held /3");
}

TEST_CASE("a request may come byte by byte") {
    running_server server;
    raw_peer peer(server.port());
    const std::string text = "PUT /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    for (const char each : text)
        peer.say({&each, 1});
    CHECK(peer.hear().body == "PUT /slow abc");
}

TEST_CASE("a chunked body is put together, and its trailer does not become a header field") {
    running_server server({}, [](const request& asked) -> boost::asio::awaitable<response> {
        response answer;
        answer.body =
            asked.body + (asked.fields.contains("Idempotency-Key") ? " with" : " without");
        co_return answer;
    });
    raw_peer peer(server.port());
    peer.say(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;note=x\r\nabc\r\n2\r\nde\r\n0\r\nIdempotency-Key: late\r\n\r\n"
        + get("/next")
    );
    CHECK(peer.hear().body == "abcde without");
    CHECK(peer.hear().body == " without");
}

TEST_CASE("HEAD is answered with the length and without the body") {
    running_server server;
    raw_peer peer(server.port());
    peer.say("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n" + get("/after"));
    const raw_message head = peer.hear_header();
    CHECK(head.status() == 200);
    CHECK(head.has("Content-Length: 8\r\n"));
    CHECK(peer.hear().body == "GET /after ");
}

TEST_CASE("an answer without content has neither length nor type") {
    running_server server({}, answers_nothing);
    raw_peer peer(server.port());
    peer.say(get("/"));
    const raw_message answer = peer.hear_header();
    CHECK(answer.status() == 204);
    CHECK_FALSE(answer.has("Content-"));
}

TEST_CASE("Connection: close is honoured, and told") {
    running_server server;
    raw_peer peer(server.port());
    peer.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(peer.hear().has("Connection: close\r\n"));
    peer.hear_end();
}

TEST_CASE("an HTTP/1.0 client gets one answer, or more when it asks to be kept") {
    running_server server;
    raw_peer once(server.port());
    once.say("GET /old HTTP/1.0\r\n\r\n");
    CHECK(once.hear().has("Connection: close\r\n"));
    once.hear_end();

    raw_peer kept(server.port());
    kept.say("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(kept.hear().has("Connection: keep-alive\r\n"));
    kept.say("GET /again HTTP/1.0\r\n\r\n");
    CHECK(kept.hear().body == "GET /again ");
}

TEST_CASE("a client that stops sending after its request still gets the answer") {
    running_server server;
    raw_peer peer(server.port());
    peer.say(get("/half"));
    peer.finish();
    CHECK(peer.hear().body == "GET /half ");
    peer.hear_end();
}

TEST_CASE("Expect: 100-continue is answered before the body is read") {
    running_server server;
    raw_peer peer(server.port());
    const std::string header =
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    peer.say(header);
    CHECK(peer.hear_header().header == "HTTP/1.1 100 Continue\r\n\r\n");
    peer.say("hi");
    CHECK(peer.hear().body == "POST / hi");

    peer.say(header + "ho");  // did not wait, so need not be told
    CHECK(peer.hear().body == "POST / ho");
}

TEST_CASE("a body that is too large is refused instead of continued") {
    running_server server({.body_bytes_max = 10});
    raw_peer peer(server.port());
    peer.say("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
    CHECK(peer.hear().status() == 413);
    peer.hear_end();
}

TEST_CASE("a handler that throws is a 500 that tells the client nothing of the inside") {
    std::string reported;
    server_options options;
    options.on_handler_failure = [&reported](std::string_view what) { reported = what; };
    running_server server(options, throws);
    raw_peer peer(server.port());
    peer.say(get("/") + get("/again"));
    const raw_message answer = peer.hear();
    CHECK(answer.status() == 500);
    CHECK(answer.has("Content-Type: application/problem+json\r\n"));
    CHECK(answer.body.find("\"code\":\"internal-error\"") != std::string::npos);
    CHECK(answer.body.find("fire") == std::string::npos);
    CHECK(peer.hear().status() == 500);  // the connection is still in step
    server.destroy();
    CHECK(reported == "the store is on fire");
    CHECK_FALSE(server.loop().was_broken());
}

TEST_CASE("a handler cannot answer with an interim status") {
    running_server server({}, answers_with_interim_status);
    raw_peer peer(server.port());
    peer.say(get("/"));
    CHECK(peer.hear().status() == 500);
}

TEST_CASE("a handler can lose its answer") {
    running_server server({}, loses_its_answer);
    raw_peer peer(server.port());
    peer.say(get("/"));
    peer.hear_end();
    CHECK(server.becomes_empty());
}

TEST_CASE("no field value can add a field, and framing is the server's") {
    running_server server({}, injects);
    raw_peer peer(server.port());
    peer.say(get("/"));
    const raw_message answer = peer.hear();
    CHECK(answer.has("Location: /a  Set-Cookie: stolen\r\n"));
    CHECK(answer.has("Content-Length: 2\r\n"));
    CHECK_FALSE(answer.has("999"));
    CHECK_FALSE(answer.has("Name"));
    CHECK(answer.has("Retry-After: 2\r\n"));
    CHECK(answer.body == "{}");
}

TEST_CASE("the absolute form of a target is read as a path") {
    running_server server;
    raw_peer peer(server.port());
    peer.say(get("http://engine:80/v1/x?y=1") + get("http://engine") + get("*"));
    CHECK(peer.hear().body == "GET /v1/x?y=1 ");
    CHECK(peer.hear().body == "GET / ");
    CHECK(peer.hear().body == "GET * ");
}

TEST_CASE("a port that is taken is refused with a sentence that names it") {
    running_server server;
    boost::asio::io_context io;
    const std::string place = "127.0.0.1:" + std::to_string(server.port());
    try {
        makegood::http::server second(io, {.port = server.port()}, echo);
        FAIL("a second server listens on the same port");
    } catch (const std::system_error& error) {
        CHECK(error.code() == std::errc::address_in_use);
        CHECK_THAT(error.what(), Catch::Contains(place));
    }
}

TEST_CASE("an address that is none is refused with a sentence that names it") {
    boost::asio::io_context io;
    CHECK_THROWS_WITH(
        makegood::http::server(io, {.address = "no.such.place"}, echo),
        Catch::Contains("no.such.place")
    );
}

TEST_CASE("lanes share one port") {
    running_server first({.shares_port = true});
    running_server second({.port = first.port(), .shares_port = true});
    CHECK(first.port() == second.port());
    raw_peer peer(first.port());
    peer.say(get("/"));
    CHECK(peer.hear().status() == 200);
}
