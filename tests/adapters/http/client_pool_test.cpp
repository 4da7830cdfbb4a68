#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <catch2/catch.hpp>

#include "adapters/http/client.hpp"
#include "raw_peer.hpp"
#include "running_client.hpp"
#include "running_server.hpp"

using namespace makegood::http;
using namespace makegood::http::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

client_options capped(std::size_t connections, std::size_t waiting = 10) {
    client_options options;
    options.connections_max = connections;
    options.waiting_max = waiting;
    return options;
}

}  // namespace

TEST_CASE("no more connections than allowed are opened, and who waits is served first come first") {
    raw_listener backend;
    running_client client(backend.port(), capped(1));
    auto first = client.start(get("/1"));
    raw_peer peer = backend.accept();
    peer.hear();
    auto second = client.start(get("/2"));
    auto third = client.start(get("/3"));
    REQUIRE(client.waiting() == 2);
    CHECK(client.under_way() == 1);

    peer.say(ok);
    CHECK(verdict(take(std::move(first))) == "200");
    CHECK(peer.hear().has("GET /2 "));
    peer.say(ok);
    CHECK(verdict(take(std::move(second))) == "200");
    CHECK(peer.hear().has("GET /3 "));
    peer.say(ok);
    CHECK(verdict(take(std::move(third))) == "200");
    CHECK_FALSE(backend.has_waiting());
    CHECK(client.under_way() == 0);
}

TEST_CASE("many exchanges at once share the connections that are allowed") {
    held_handler held;
    running_server server({}, held.as_handler());
    running_client client(server.port(), capped(3, 1000));
    std::vector<std::future<exchange_result>> asked;
    for (int each = 0; each < 200; ++each)
        asked.push_back(client.start(get("/")));
    REQUIRE(server.loop().eventually([&] { return held.arrived == 3; }));
    CHECK(client.under_way() == 3);
    CHECK(client.waiting() == 197);
    held.let_go(server.loop());
    for (auto& each : asked)
        CHECK(verdict(take(std::move(each))) == "200");
    CHECK(server.connections() == 3);
    CHECK(client.under_way() == 0);
}

TEST_CASE("when too many wait the next one is not sent, at once") {
    raw_listener backend;
    running_client client(backend.port(), capped(1, 1));
    auto under_way = client.start(get("/1"));
    raw_peer peer = backend.accept();
    peer.hear();
    auto waiting = client.start(get("/2"));
    REQUIRE(client.waiting() == 1);
    const auto refused = client.exchange(get("/3"));
    CHECK(verdict(refused) == "not_sent");
    CHECK_THAT(std::get<failure>(refused).detail, Catch::Contains("wait"));
    peer.say(ok);
    peer.hear();
    peer.say(ok);
    CHECK(verdict(take(std::move(waiting))) == "200");
}

TEST_CASE("a deadline that passes while waiting for a connection is not sent") {
    raw_listener backend;
    running_client client(backend.port(), capped(1));
    auto under_way = client.start(get("/1"));
    raw_peer peer = backend.accept();
    peer.hear();
    CHECK(verdict(client.exchange(get("/2"), 30ms)) == "not_sent");
    CHECK(client.waiting() == 0);
    peer.say(ok);
    CHECK(verdict(take(std::move(under_way))) == "200");
}

TEST_CASE("a failed exchange gives its place to the next") {
    raw_listener backend;
    running_client client(backend.port(), capped(1));
    auto first = client.start(post("/1", "{}"));
    std::optional<raw_peer> peer(backend.accept());
    peer->hear();
    auto second = client.start(get("/2"));
    REQUIRE(client.waiting() == 1);
    peer.reset();
    CHECK(verdict(take(std::move(first))) == "cut");
    peer.emplace(backend.accept());
    CHECK(peer->hear().has("GET /2 "));
    peer->say(ok);
    CHECK(verdict(take(std::move(second))) == "200");
}

TEST_CASE("an idle connection is closed when its time is over") {
    raw_listener backend;
    client_options options;
    options.idle_time_max = 30ms;
    running_client client(backend.port(), options);
    auto asked = client.start(get("/"));
    raw_peer peer = backend.accept();
    peer.hear();
    peer.say(ok);
    CHECK(verdict(take(std::move(asked))) == "200");
    peer.hear_end();
    asked = client.start(get("/again"));
    raw_peer fresh = backend.accept();
    fresh.hear();
    fresh.say(ok);
    CHECK(verdict(take(std::move(asked))) == "200");
}

TEST_CASE("the connection used last is used next") {
    raw_listener backend;
    running_client client(backend.port());
    auto first = client.start(get("/1"));
    raw_peer one = backend.accept();
    one.hear();
    auto second = client.start(get("/2"));
    raw_peer two = backend.accept();
    two.hear();
    one.say(ok);
    take(std::move(first));
    two.say(ok);
    take(std::move(second));
    auto third = client.start(get("/3"));
    CHECK(two.hear().has("GET /3 "));
    two.say(ok);
    CHECK(verdict(take(std::move(third))) == "200");
}

TEST_CASE("closing cuts what is under way and refuses what waits or comes later") {
    raw_listener backend;
    running_client client(backend.port(), capped(1));
    auto under_way = client.start(keyed_post("/1", "{}"));
    raw_peer peer = backend.accept();
    peer.hear();
    auto waiting = client.start(get("/2"));
    REQUIRE(client.waiting() == 1);
    const bool is_destroyed = GENERATE(false, true);
    if (is_destroyed) {
        client.destroy();
    } else {
        client.close();
    }
    CHECK(verdict(take(std::move(under_way))) == "cut");
    CHECK(verdict(take(std::move(waiting))) == "not_sent");
    if (!is_destroyed) CHECK(verdict(client.exchange(get("/3"))) == "not_sent");
    peer.hear_end();
}

TEST_CASE("a client that is closed while it connects has sent nothing") {
    raw_listener deaf(0);
    raw_peer queued(deaf.port());
    running_client client(deaf.port());
    auto asked = client.start(keyed_post("/", "{}"));
    REQUIRE(client.under_way() == 1);
    client.close();
    CHECK(verdict(take(std::move(asked))) == "not_sent");
}

TEST_CASE("an exchange that is cancelled gives its place back and closes its connection") {
    raw_listener backend;
    running_client client(backend.port(), capped(1));
    boost::asio::cancellation_signal cancel;
    std::promise<void> over;
    client.loop().call([&] {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        boost::asio::co_spawn(
            client.loop().io(), client.get().exchange(get("/1"), deadline),
            boost::asio::bind_cancellation_slot(
                cancel.slot(), [&over](std::exception_ptr, exchange_result) { over.set_value(); }
            )
        );
    });
    raw_peer peer = backend.accept();
    peer.hear();
    client.loop().call([&] { cancel.emit(boost::asio::cancellation_type::terminal); });
    take(over.get_future());
    peer.hear_end();
    CHECK(client.under_way() == 0);
}

TEST_CASE("an event loop that stops with exchanges under way and waiting leaks nothing") {
    raw_listener backend;
    running_client client(backend.port(), capped(1));
    auto under_way = client.start(get("/1"));
    raw_peer peer = backend.accept();
    peer.hear();
    auto waiting = client.start(get("/2"));
    REQUIRE(client.waiting() == 1);
    client.loop().stop();
}
