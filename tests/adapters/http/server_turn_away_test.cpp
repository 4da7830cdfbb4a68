#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <catch2/catch.hpp>

#include "adapters/http/server.hpp"
#include "raw_peer.hpp"
#include "running_server.hpp"

using namespace makegood::http;
using namespace makegood::http::testing;
using namespace std::chrono_literals;

namespace {

// Turns away what is posted, and counts what its handler heard.
class crowded_server {
public:
    crowded_server()
        : server_(
            {.body_bytes_max = 10'000,
             .body_time_max = 200ms,
             .turn_away = [this](const request& head) { return asked(head); }},
            [this](const request& message) {
                ++handled_;
                return echo(message);
            }
        ) {
        busy_.status = 503;
        busy_.fields.add("Retry-After", "1");
        busy_.body = "busy";
    }

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] int handled() const { return handled_; }
    [[nodiscard]] int asked() const { return asked_; }
    [[nodiscard]] bool saw_body() const { return saw_body_; }

private:
    const response* asked(const request& head) {
        ++asked_;
        if (!head.body.empty()) saw_body_ = true;
        const bool is_start = head.method == "POST" && head.path() == "/start";
        return is_start && head.fields.find("Host") == "a" ? &busy_ : nullptr;
    }

    response busy_;
    std::atomic<int> asked_ = 0;
    std::atomic<int> handled_ = 0;
    std::atomic<bool> saw_body_ = false;
    running_server server_;
};

constexpr std::string_view plain_get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post_of(std::string_view body, std::string_view fields = "") {
    return "POST /start?x HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size())
           + "\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

void check_turned_away(const raw_message& answer) {
    CHECK(answer.status() == 503);
    CHECK(answer.has("Retry-After: 1\r\n"));
    CHECK(answer.body == "busy");
}

}  // namespace

TEST_CASE("who is turned away gets the ready answer, unheard by the handler, and may go on") {
    crowded_server server;
    raw_peer peer(server.port());
    peer.say(post_of("0123456789") + post_of("") + std::string(plain_get));
    for (int i = 0; i < 2; ++i) {
        const raw_message answer = peer.hear();
        check_turned_away(answer);
        CHECK_FALSE(answer.has("Connection: close\r\n"));
    }
    CHECK(peer.hear().status() == 200);
    CHECK(server.handled() == 1);
    CHECK(server.asked() == 3);
    CHECK_FALSE(server.saw_body());
}

TEST_CASE("a body that comes in pieces or chunks is skipped, and what follows it is a request") {
    crowded_server server;
    raw_peer peer(server.port());
    const std::string whole = post_of(std::string(9'000, 'x'));
    peer.say(whole.substr(0, 100));
    peer.say(whole.substr(100, 4'000));
    CHECK_FALSE(peer.hears_something());  // in order: not before its request is over
    peer.say(whole.substr(4'100));
    check_turned_away(peer.hear());

    peer.say("POST /start HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    peer.say("5\r\nGET /\r\n");
    peer.say("0\r\n\r\n" + std::string(plain_get));
    check_turned_away(peer.hear());
    CHECK(peer.hear().status() == 200);
    CHECK(server.handled() == 1);
}

TEST_CASE("who waits to be let on with its body is turned away at once, without its connection") {
    crowded_server server;
    raw_peer peer(server.port());
    const std::string whole = post_of("0123456789", "Expect: 100-continue\r\n");
    peer.say(whole.substr(0, whole.size() - 10));
    const raw_message answer = peer.hear();
    check_turned_away(answer);
    CHECK(answer.has("Connection: close\r\n"));
    peer.hear_end();
}

TEST_CASE("a body that is malformed, too large or late is refused as such, also when skipped") {
    crowded_server server;
    raw_peer malformed(server.port());
    malformed.say("POST /start HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n");
    CHECK(malformed.hear().status() == 400);

    raw_peer large(server.port());
    large.say("POST /start HTTP/1.1\r\nHost: a\r\nContent-Length: 10001\r\n\r\n");
    CHECK(large.hear().status() == 413);

    raw_peer late(server.port());
    late.say("POST /start HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1");
    CHECK(late.hear().status() == 408);
}

TEST_CASE("a client that never pauses leaves the loop to others between its requests") {
    std::atomic<int> handled = 0;
    std::atomic<int> handled_before_others = 0;
    running_server served({}, [&](const request& message) -> boost::asio::awaitable<response> {
        const auto home = co_await boost::asio::this_coro::executor;
        if (++handled == 1) {
            boost::asio::post(home, [&] { handled_before_others = handled.load(); });
        }
        auto answering = echo(message);
        co_return co_await std::move(answering);
    });
    raw_peer eager(served.port());
    std::string all;
    for (int request = 0; request < 400; ++request)
        all += plain_get;
    eager.say(all);
    for (int answer = 0; answer < 400; ++answer)
        CHECK(eager.hear().status() == 200);
    CHECK(handled_before_others > 0);
    CHECK(handled_before_others <= 16);
}
