#include <sys/resource.h>

#include <catch2/catch.hpp>

#include "adapters/http/server.hpp"
#include "raw_peer.hpp"
#include "running_server.hpp"

using namespace makegood::http;
using namespace makegood::http::testing;
using namespace std::chrono_literals;

namespace {

bool has_code(const raw_message& answer, std::string_view code) {
    return answer.has("Content-Type: application/problem+json\r\n")
           && answer.body.find("\"code\":\"" + std::string(code) + "\"") != std::string::npos;
}

// A refusal is a whole answer, then the end of the connection.
void check_refused(raw_peer& peer, unsigned status, std::string_view code) {
    const raw_message answer = peer.hear();
    CHECK(answer.status() == status);
    CHECK(has_code(answer, code));
    CHECK(answer.has("Connection: close\r\n"));
    peer.hear_end();
}

std::string padded_get(std::size_t padding) {
    return "GET / HTTP/1.1\r\nHost: a\r\nPadding: " + std::string(padding, 'x') + "\r\n\r\n";
}

constexpr std::string_view plain_get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// Lets nobody open a file descriptor any more; those that are open stay usable.
class no_descriptors_left {
public:
    no_descriptors_left() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        none.rlim_cur = 3;  // poll refuses to watch more descriptors than this
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~no_descriptors_left() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

}  // namespace

TEST_CASE("a header of the largest size is accepted, one byte more is a 431") {
    const std::size_t largest = 1024;
    const std::size_t around = padded_get(0).size();
    running_server server({.header_bytes_max = largest});
    raw_peer fitting(server.port());
    fitting.say(padded_get(largest - around));
    CHECK(fitting.hear().status() == 200);

    raw_peer larger(server.port());
    larger.say(padded_get(largest - around + 1));
    check_refused(larger, 431, "header-too-large");
}

TEST_CASE("a header that never ends is a 431, in many small fields too") {
    running_server server({.header_bytes_max = 1024});
    raw_peer peer(server.port());
    peer.say("GET / HTTP/1.1\r\nHost: a\r\n");
    for (int field = 0; field < 200; ++field)
        peer.try_say("X-Field: value\r\n");
    check_refused(peer, 431, "header-too-large");
}

TEST_CASE("a request line that never ends is a 431") {
    running_server server({.header_bytes_max = 1024});
    raw_peer peer(server.port());
    peer.say("GET /" + std::string(2000, 'x'));
    check_refused(peer, 431, "header-too-large");
}

TEST_CASE("a body of the largest size is accepted, one byte more is a 413") {
    running_server server({.body_bytes_max = 1000});
    raw_peer fitting(server.port());
    const std::string body(1000, 'x');
    fitting.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + body);
    CHECK(fitting.hear().body == "POST / " + body);

    raw_peer larger(server.port());
    larger.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");  // not a byte of it
    check_refused(larger, 413, "body-too-large");
}

TEST_CASE("a client that sends its too large body anyway can still read the 413") {
    running_server server({.body_bytes_max = 1000, .linger_time_max = 20s});
    raw_peer peer(server.port());
    peer.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n");
    peer.say(std::string(500'000, 'x'));
    check_refused(peer, 413, "body-too-large");
}

TEST_CASE("a chunked body that is too large is a 413 as soon as that is known") {
    running_server server({.body_bytes_max = 10});
    raw_peer peer(server.port());
    peer.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\n"
    );
    check_refused(peer, 413, "body-too-large");
}

TEST_CASE("a chunk header or a trailer that never ends is refused") {
    running_server server({.header_bytes_max = 512});
    const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    raw_peer chunk(server.port());
    chunk.say(chunked + "1;" + std::string(2000, 'x'));
    check_refused(chunk, 431, "header-too-large");

    raw_peer trailer(server.port());
    trailer.say(chunked + "0\r\nTrailer: " + std::string(2000, 'x'));
    check_refused(trailer, 431, "header-too-large");
}

TEST_CASE("a header that does not come to its end in time is a 408") {
    running_server server({.header_time_max = 30ms, .linger_time_max = 30ms});
    raw_peer peer(server.port());
    peer.say("GET / HTTP/1.1\r\nHost: ");
    check_refused(peer, 408, "request-timeout");
    CHECK(server.becomes_empty());
}

TEST_CASE("a trickle does not prolong the time for a header") {
    running_server server({.header_bytes_max = 16 * 1024 * 1024, .header_time_max = 50ms});
    raw_peer peer(server.port());
    peer.say("GET / HTTP/1.1\r\nX: ");
    while (!peer.hears_something())
        peer.say("x");
    CHECK(peer.hear().status() == 408);
}

TEST_CASE("a body that does not come to its end in time is a 408") {
    running_server server({.body_time_max = 30ms});
    raw_peer peer(server.port());
    peer.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    check_refused(peer, 408, "request-timeout");
}

TEST_CASE("a connection without a request is closed without a word when its time is over") {
    running_server server({.idle_time_max = 30ms});
    raw_peer silent(server.port());
    silent.hear_end();

    raw_peer kept(server.port());
    kept.say(plain_get);
    CHECK(kept.hear().status() == 200);
    kept.hear_end();
}

TEST_CASE("the time of a handler is its own affair") {
    held_handler held;
    running_server server(
        {.header_time_max = 20ms, .body_time_max = 20ms, .idle_time_max = 20ms}, held.as_handler()
    );
    raw_peer peer(server.port());
    peer.say(plain_get);
    REQUIRE(server.loop().eventually([&] { return held.arrived == 1; }));
    raw_peer idle(server.port());
    idle.hear_end();  // by then the time of an idle connection is over twice
    held.let_go(server.loop());
    CHECK(peer.hear().status() == 200);
}

TEST_CASE("a client that does not read its answer is dropped") {
    running_server server(
        {.write_time_max = 50ms},
        [](const request&) -> boost::asio::awaitable<response> {
            response answer;
            answer.body.assign(32 * 1024 * 1024, 'x');
            co_return answer;
        }
    );
    raw_peer peer(server.port());
    peer.say(plain_get);
    CHECK(peer.hear_header().status() == 200);
    CHECK(server.becomes_empty());
}

TEST_CASE("past the largest number of connections the next one waits until another closes") {
    running_server server({.connections_max = 2, .idle_time_min = 60s});
    raw_peer first(server.port());
    raw_peer second(server.port());
    first.say(plain_get);
    second.say(plain_get);
    CHECK(first.hear().status() == 200);
    CHECK(second.hear().status() == 200);

    raw_peer third(server.port());
    third.say(plain_get);
    first.say(plain_get);
    CHECK(first.hear().status() == 200);
    CHECK(server.connections() == 2);
    first.reset();
    CHECK(third.hear().status() == 200);
    CHECK(server.connections() == 2);
}

TEST_CASE("kept-alive connections do not keep others out: the one idle for longest makes room") {
    running_server server({.connections_max = 3, .make_room_interval = 5ms, .idle_time_min = 0ms});
    const auto asks = [](raw_peer& peer) {
        peer.say(plain_get);
        CHECK(peer.hear().status() == 200);
    };
    raw_peer first(server.port());
    asks(first);
    raw_peer second(server.port());
    asks(second);
    asks(first);
    raw_peer third(server.port());  // and so there is no place left
    asks(third);
    second.hear_end();
    asks(first);
    asks(third);
    CHECK(server.reaches_connections(2));
}

TEST_CASE("requests under way are not cut to make room") {
    held_handler held;
    running_server server(
        {.connections_max = 2, .make_room_interval = 5ms, .idle_time_min = 0ms}, held.as_handler()
    );
    // On the loop's thread, so that each has asked before its connection is accepted.
    std::vector<raw_peer> peers;
    server.loop().call([&] {
        for (int count = 0; count < 3; ++count)
            peers.emplace_back(server.port()).say(plain_get);
    });
    REQUIRE(server.loop().eventually([&] { return held.arrived == 2; }));
    held.let_go(server.loop());
    for (raw_peer& each : peers)
        CHECK(each.hear().status() == 200);
}

TEST_CASE("clients that vanished in a long poll do not keep others out") {
    held_handler held;
    const handler polls = [&held](const request& asked) {
        return asked.target == "/" ? held(asked) : echo(asked);
    };
    running_server server({.connections_max = 2, .make_room_interval = 5ms}, polls);
    {
        raw_peer first(server.port());
        raw_peer second(server.port());
        first.say(plain_get);
        second.say(plain_get);
        REQUIRE(server.loop().eventually([&] { return held.arrived == 2; }));
        first.finish();  // an orderly end, of which nothing is to be read but the end
        second.reset();
    }
    raw_peer third(server.port());
    third.say("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(third.hear().body == "GET /quick ");
    CHECK(held.left == 2);
    CHECK_FALSE(server.loop().was_broken());
}

TEST_CASE("running out of file descriptors delays a connection and does not end the server") {
    running_server server;
    raw_peer before(server.port());
    before.say(plain_get);
    CHECK(before.hear().status() == 200);

    raw_peer unaccepted;
    {
        const no_descriptors_left exhausted;
        unaccepted.connect(server.port());
        unaccepted.say(plain_get);
        for (int round = 0; round < 3; ++round) {
            before.say(plain_get);
            CHECK(before.hear().status() == 200);
        }
        CHECK(server.connections() == 1);
    }
    CHECK(unaccepted.hear().status() == 200);
    CHECK_FALSE(server.loop().was_broken());
}

TEST_CASE("a client that vanishes in a long poll leaves nothing behind") {
    held_handler held;
    running_server server({}, held.as_handler());
    {
        raw_peer peer(server.port());
        peer.say(plain_get);
        REQUIRE(server.loop().eventually([&] { return held.arrived == 1; }));
        peer.reset();
    }
    held.let_go(server.loop());
    CHECK(server.becomes_empty());
    CHECK(held.left == 1);
    CHECK_FALSE(server.loop().was_broken());
}
