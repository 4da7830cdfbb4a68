#include <catch2/catch.hpp>

#include "adapters/http/client.hpp"
#include "raw_peer.hpp"
#include "running_client.hpp"

using namespace makegood::http;
using namespace makegood::http::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::uint16_t port_without_listener() {
    raw_listener gone;
    return gone.port();
}

// One exchange whose request is heard whole, then answered with these bytes and the end of the
// stream.
std::string verdict_on(std::string_view said, client_options options = {}) {
    raw_listener backend;
    running_client client(backend.port(), options);
    auto asked = client.start(keyed_post("/", "{}"));
    {
        raw_peer peer = backend.accept();
        peer.hear();
        peer.try_say(said);
        if (!said.empty()) peer.finish();
        if (!said.empty()) peer.hear_all();  // until the client closes: nothing is lost to a reset
    }
    return verdict(take(std::move(asked)));
}

// A client with one idle connection, and the other end of that.
struct kept_alive {
    raw_listener backend;
    running_client client{backend.port()};
    std::optional<raw_peer> peer;

    kept_alive() {
        auto asked = client.start(get("/first"));
        peer.emplace(backend.accept());
        peer->hear();
        peer->say(ok);
        take(std::move(asked));
    }
};

}  // namespace

TEST_CASE("a refused connection is not sent") {
    running_client client(port_without_listener());
    const auto result = client.exchange(keyed_post("/", "{}"));
    CHECK(verdict(result) == "not_sent");
    CHECK_THAT(std::get<failure>(result).detail, Catch::Contains("refused"));
}

TEST_CASE("a connection that is not made within its time is not sent") {
    // A listener whose queue is full answers no further connection attempt.
    raw_listener deaf(0);
    std::vector<raw_peer> queued;
    queued.emplace_back(deaf.port());
    client_options options;
    options.connect_time_max = 30ms;
    running_client client(deaf.port(), options);
    const auto result = client.exchange(keyed_post("/", "{}"));
    CHECK(verdict(result) == "not_sent");
}

TEST_CASE("a deadline that has passed is not sent") {
    raw_listener backend;
    running_client client(backend.port());
    CHECK(verdict(client.exchange(keyed_post("/", "{}"), -1ms)) == "not_sent");
    CHECK_FALSE(backend.has_waiting());
}

TEST_CASE("no answer before the deadline has timed out, also in the middle of an answer") {
    const std::string said = GENERATE(
        as<std::string>(), "", "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "HTTP/1.1 200 OK\r\n\r\nabc",
        "HTTP/1.1 100 Continue\r\n\r\n"
    );
    INFO(said);
    raw_listener backend;
    running_client client(backend.port());
    auto asked = client.start(keyed_post("/", "{}"), 60ms);
    raw_peer peer = backend.accept();
    peer.hear();
    peer.say(said);
    CHECK(verdict(take(std::move(asked))) == "timed_out");
    peer.hear_end();  // the connection is not kept: the late answer would be taken for the next one
    CHECK(client.under_way() == 0);
}

TEST_CASE("a trickling answer does not prolong the deadline") {
    raw_listener backend;
    running_client client(backend.port());
    auto asked = client.start(get("/"), 60ms);
    raw_peer peer = backend.accept();
    peer.hear();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (peer.try_say("x") && asked.wait_for(0s) != std::future_status::ready) {
    }
    CHECK(verdict(take(std::move(asked))) == "timed_out");
}

TEST_CASE("a server that does not read the request has timed out") {
    raw_listener backend;
    running_client client(backend.port());
    auto asked = client.start(keyed_post("/", std::string(32 * 1024 * 1024, 'x')), 100ms);
    raw_peer peer = backend.accept();
    CHECK(verdict(take(std::move(asked))) == "timed_out");
}

TEST_CASE("a connection that ends before a whole answer is cut") {
    CHECK(verdict_on("") == "cut");
    CHECK(verdict_on("HTTP/1.1 200 OK\r\nConte") == "cut");
    CHECK(verdict_on("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc") == "cut");
    CHECK(verdict_on("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc") == "cut");
    CHECK(verdict_on("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n") == "cut");
    CHECK(verdict_on("HTTP/1.1 100 Continue\r\n\r\n") == "cut");
}

TEST_CASE("what is not HTTP is malformed") {
    const std::string said = GENERATE(
        as<std::string>(), "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 OK\r\n\r\n",
        "HTTP/3.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"
    );
    INFO(said);
    CHECK(verdict_on(said) == "malformed");
}

TEST_CASE("a server that only ever promises an answer is malformed") {
    std::string said;
    for (int time = 0; time < 100; ++time)
        said += "HTTP/1.1 100 Continue\r\n\r\n";
    CHECK(verdict_on(said) == "malformed");
}

TEST_CASE("an answer over the limit is oversized as soon as that is known") {
    client_options options;
    options.answer_bytes_max = 10;
    CHECK(
        verdict_on(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\n0123456789", options
        )
        == "200"
    );
    CHECK(verdict_on("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", options) == "oversized");
    CHECK(
        verdict_on("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n", options)
        == "oversized"
    );
    CHECK(verdict_on("HTTP/1.1 200 OK\r\n\r\n01234567890", options) == "oversized");
    CHECK(verdict_on("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), options) == "oversized");
}

TEST_CASE("a connection that the server closed while it was idle is not used") {
    kept_alive kept;
    kept.peer->finish();
    auto asked = kept.client.start(post("/second", "{}"));  // could not be repeated
    raw_peer fresh = kept.backend.accept();
    CHECK(fresh.hear().has("POST /second "));
    fresh.say(ok);
    CHECK(verdict(take(std::move(asked))) == "200");
}

TEST_CASE("an answer that nobody asked for is not taken for the next one") {
    kept_alive kept;
    kept.peer->say("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    auto asked = kept.client.start(post("/second", "{}"));
    raw_peer fresh = kept.backend.accept();
    fresh.hear();
    fresh.say(ok);
    CHECK(verdict(take(std::move(asked))) == "200");
}

TEST_CASE("two answers to one request are one answer, and the end of the connection") {
    raw_listener backend;
    running_client client(backend.port());
    auto asked = client.start(get("/first"));
    raw_peer peer = backend.accept();
    peer.hear();
    peer.say(std::string(ok) + std::string(ok));
    CHECK(verdict(take(std::move(asked))) == "200");
    peer.hear_end();
}

TEST_CASE("a stale connection is replaced once, for a request that may be repeated") {
    kept_alive kept;
    request message = GENERATE(get("/second"), keyed_post("/second", "{}"));
    const bool is_reset = GENERATE(false, true);
    auto asked = kept.client.start(message);
    const raw_message first = kept.peer->hear();
    if (is_reset) kept.peer->reset();
    kept.peer.reset();
    raw_peer fresh = kept.backend.accept();
    CHECK(fresh.hear().header == first.header);

    SECTION("and answered on the fresh one") {
        fresh.say(ok);
        CHECK(verdict(take(std::move(asked))) == "200");
    }
    SECTION("and not a second time") {
        { const raw_peer gone = std::move(fresh); }
        CHECK(verdict(take(std::move(asked))) == "cut");
        CHECK_FALSE(kept.backend.has_waiting());
    }
}

TEST_CASE("a request that may not be repeated is cut by a stale connection") {
    kept_alive kept;
    auto asked = kept.client.start(post("/second", "{}"));
    kept.peer->hear();
    kept.peer.reset();
    CHECK(verdict(take(std::move(asked))) == "cut");
    CHECK_FALSE(kept.backend.has_waiting());
}

TEST_CASE("a connection that ends in the middle of an answer is not stale") {
    kept_alive kept;
    auto asked = kept.client.start(get("/second"));
    kept.peer->hear();
    kept.peer->say("HTTP/1.1 2");
    kept.peer.reset();
    CHECK(verdict(take(std::move(asked))) == "cut");
    CHECK_FALSE(kept.backend.has_waiting());
}

TEST_CASE("a request that was sent once is cut, not unsent, when the server cannot be reached again"
) {
    kept_alive kept;
    auto asked = kept.client.start(keyed_post("/second", "{}"));
    kept.peer->hear();
    kept.backend.close();
    kept.peer.reset();
    CHECK(verdict(take(std::move(asked))) == "cut");
}

TEST_CASE("a fresh connection that is closed without an answer is not repeated") {
    raw_listener backend;
    running_client client(backend.port());
    auto asked = client.start(get("/"));
    {
        raw_peer peer = backend.accept();
        peer.hear();
    }
    CHECK(verdict(take(std::move(asked))) == "cut");
    CHECK_FALSE(backend.has_waiting());
}
