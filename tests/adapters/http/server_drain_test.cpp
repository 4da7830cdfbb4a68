#include <catch2/catch.hpp>

#include "adapters/http/server.hpp"
#include "raw_peer.hpp"
#include "running_server.hpp"

using namespace makegood::http;
using namespace makegood::http::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view plain_get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("draining a server without connections ends at once") {
    running_server server;
    take(server.drain(20s));
    CHECK_THROWS(raw_peer(server.port()));
}

TEST_CASE("draining closes idle connections and lets a request under way finish") {
    held_handler held;
    running_server server({}, held.as_handler());
    raw_peer idle(server.port());
    raw_peer busy(server.port());
    busy.say(plain_get);
    REQUIRE(server.loop().eventually([&] { return held.arrived == 1; }));
    REQUIRE(server.reaches_connections(2));

    auto drained = server.drain(20s);
    idle.hear_end();
    CHECK(drained.wait_for(0s) == std::future_status::timeout);
    held.let_go(server.loop());
    const raw_message answer = busy.hear();
    CHECK(answer.body == "held /x");
    CHECK(answer.has("Connection: close\r\n"));
    busy.hear_end();
    { const raw_peer gone = std::move(busy); }
    take(std::move(drained));
    CHECK(server.connections() == 0);
}

TEST_CASE("a request of which a part has come when draining begins is still answered") {
    running_server server;
    raw_peer peer(server.port());
    peer.say(plain_get);
    CHECK(peer.hear().status() == 200);
    peer.say(plain_get.substr(0, 10));
    auto drained = server.drain(20s);
    peer.say(plain_get.substr(10));
    CHECK(peer.hear().has("Connection: close\r\n"));
    peer.hear_end();
    { const raw_peer gone = std::move(peer); }
    take(std::move(drained));
}

TEST_CASE("when patience is over the rest is cut and what handlers wait for is cancelled") {
    held_handler held;
    running_server server({}, held.as_handler());
    raw_peer busy(server.port());
    busy.say(plain_get);
    REQUIRE(server.loop().eventually([&] { return held.arrived == 1; }));
    take(server.drain(30ms));
    busy.hear_end();
    CHECK(server.becomes_empty());
    CHECK(held.left == 1);
}

TEST_CASE("a server that is destroyed cuts its connections") {
    held_handler held;
    running_server server({}, held.as_handler());
    raw_peer idle(server.port());
    raw_peer busy(server.port());
    busy.say(plain_get);
    REQUIRE(server.loop().eventually([&] { return held.arrived == 1; }));
    REQUIRE(server.reaches_connections(2));
    server.destroy();
    idle.hear_end();
    busy.hear_end();
    CHECK(server.loop().eventually([&] { return held.left == 1; }));
}

TEST_CASE("an event loop that stops with requests under way leaks nothing") {
    held_handler held;
    running_server server({}, held.as_handler());
    raw_peer busy(server.port());
    busy.say(plain_get);
    REQUIRE(server.loop().eventually([&] { return held.arrived == 1; }));
    server.loop().stop();
}
