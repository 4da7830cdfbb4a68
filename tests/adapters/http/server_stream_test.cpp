#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "adapters/http/server.hpp"
#include "raw_peer.hpp"
#include "running_server.hpp"

using namespace makegood::http;
using namespace makegood::http::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> two_pieces(body_stream& out) {
    co_await out.write("event: one\n\n");
    co_await out.write("");
    co_await out.write("event: two\n\n");
}

asio::awaitable<void> fails_after_one(body_stream& out) {
    co_await out.write("event: one\n\n");
    throw std::runtime_error("the journal is gone");
}

// Writes one piece and waits for events that never come.
asio::awaitable<void> waits_for_ever(body_stream& out) {
    co_await out.write("event: one\n\n");
    asio::steady_timer timer(
        co_await asio::this_coro::executor, asio::steady_timer::time_point::max()
    );
    auto waiting = timer.async_wait(asio::use_awaitable);
    co_await std::move(waiting);
}

asio::awaitable<void> writes_while_it_can(body_stream& out) {
    const std::string piece(64 * 1024, 'x');
    bool is_taken = true;
    while (is_taken)
        is_taken = co_await out.write(piece);
}

using streaming = asio::awaitable<void> (*)(body_stream&);

handler streams(streaming stream) {
    return [stream](const request&) -> asio::awaitable<response> {
        response answer;
        answer.content_type = "text/event-stream";
        answer.stream = stream;
        co_return answer;
    };
}

constexpr std::string_view plain_get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view first_chunk = "c\r\nevent: one\n\n\r\n";
constexpr std::string_view second_chunk = "c\r\nevent: two\n\n\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace

TEST_CASE("a stream is sent in chunks and keeps its connection") {
    running_server server({}, streams(two_pieces));
    raw_peer peer(server.port());
    for (int round = 0; round < 2; ++round) {
        peer.say(plain_get);
        const raw_message header = peer.hear_header();
        CHECK(header.has("\r\nTransfer-Encoding: chunked\r\n"));
        CHECK(header.has("\r\nContent-Type: text/event-stream\r\n"));
        CHECK_FALSE(header.has("Content-Length"));
        CHECK(peer.hear_bytes(first_chunk.size()) == first_chunk);
        CHECK(peer.hear_bytes(second_chunk.size()) == second_chunk);
        CHECK(peer.hear_bytes(last_chunk.size()) == last_chunk);
    }
}

TEST_CASE("an HTTP/1.0 client gets a stream without chunks, up to the end of its connection") {
    running_server server({}, streams(two_pieces));
    raw_peer peer(server.port());
    peer.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const raw_message header = peer.hear_header();
    CHECK(header.has("\r\nConnection: close\r\n"));
    CHECK_FALSE(header.has("chunked"));
    CHECK(peer.hear_all() == "event: one\n\nevent: two\n\n");
}

TEST_CASE("a HEAD for a stream is answered with its header only") {
    running_server server({}, streams(waits_for_ever));
    raw_peer peer(server.port());
    peer.say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(peer.hear_header().status() == 200);
    CHECK(peer.hear_header().status() == 200);
}

TEST_CASE("a stream that fails is cut, not ended") {
    std::atomic<int> reported = 0;
    server_options options;
    options.on_handler_failure = [&reported](std::string_view) { ++reported; };
    running_server server(options, streams(fails_after_one));
    raw_peer peer(server.port());
    peer.say(plain_get);
    peer.hear_header();
    CHECK(peer.hear_all() == first_chunk);
    CHECK(reported == 1);
}

TEST_CASE("draining ends a stream at once, whatever it waits for") {
    running_server server({}, streams(waits_for_ever));
    raw_peer peer(server.port());
    peer.say(plain_get);
    peer.hear_header();
    CHECK(peer.hear_bytes(first_chunk.size()) == first_chunk);
    take(server.drain(20s));
    peer.hear_end();
    CHECK(server.connections() == 0);
}

TEST_CASE("a stream that waits for its client to read when a drain begins ends with that piece") {
    running_server server({}, streams(writes_while_it_can));
    raw_peer peer(server.port());
    peer.say(plain_get);
    peer.hear_header();
    auto drained = server.drain(20s);
    CHECK(peer.hear_all().ends_with(last_chunk));
    take(std::move(drained));
}

TEST_CASE("a stream ends when its client vanishes or does not read") {
    running_server server({.write_time_max = 50ms}, streams(writes_while_it_can));
    raw_peer silent(server.port());
    silent.say(plain_get);
    silent.hear_header();
    raw_peer vanishing(server.port());
    vanishing.say(plain_get);
    vanishing.hear_header();
    vanishing.reset();
    CHECK(server.becomes_empty());
}
