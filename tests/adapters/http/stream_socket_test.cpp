#include "adapters/http/stream_socket.hpp"

#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

using namespace makegood::http;
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Both ends of a connection: ours, and an ordinary one.
struct connected_pair {
    explicit connected_pair(asio::io_context& io) : ours(io), other(io) {
        tcp::acceptor listener(io, {asio::ip::address_v4::loopback(), 0});
        other.connect(listener.local_endpoint());
        ours.adopt(listener.accept());
    }
    void say(std::string_view text) { asio::write(other, asio::buffer(text)); }

    stream_socket ours;
    tcp::socket other;
};

std::string read_all(stream_socket& from, std::size_t room = 100) {
    std::string text(room, '\0');
    error_code error;
    text.resize(from.read_some(asio::buffer(text), error));
    if (error) text = error == asio::error::would_block ? "nothing" : error.message();
    return text;
}

asio::awaitable<void> tell_when_readable(stream_socket& socket, std::string& told) {
    auto waiting = socket.readable();
    const bool ready = co_await std::move(waiting);
    told += ready ? "ready " : "ended ";
}

void start(asio::io_context& io, asio::awaitable<void> task) {
    asio::co_spawn(io, std::move(task), asio::detached);
}

}  // namespace

TEST_CASE("what comes wakes who waits for it, and after a short read the kernel is not asked") {
    asio::io_context io{1};
    connected_pair pair(io);
    CHECK(read_all(pair.ours) == "nothing");
    std::string told;
    start(io, tell_when_readable(pair.ours, told));
    io.poll();
    CHECK(told.empty());

    pair.say("one");
    CHECK(read_all(pair.ours) == "nothing");  // not told yet
    CHECK_FALSE(pair.ours.is_silent());       // but there
    io.run_one();
    CHECK(told == "ready ");
    CHECK_FALSE(pair.ours.is_silent());
    CHECK(read_all(pair.ours) == "one");
    CHECK(pair.ours.is_silent());
    CHECK(read_all(pair.ours) == "nothing");
}

TEST_CASE("what did not fit is read on without being told again, to the end of the stream") {
    asio::io_context io{1};
    connected_pair pair(io);
    CHECK(read_all(pair.ours) == "nothing");
    pair.say("123456");
    pair.other.close();
    std::string told;
    start(io, tell_when_readable(pair.ours, told));
    while (told.empty())
        io.run_one();
    CHECK(read_all(pair.ours, 4) == "1234");
    CHECK(read_all(pair.ours, 4) == "56");
    // The end was told together with the text, so a short read is no reason to wait for it.
    CHECK(read_all(pair.ours, 4) == error_code(asio::error::eof).message());
    CHECK(pair.ours.other_side_ended());
}

TEST_CASE("a wait ends when it is cancelled, when the socket is closed, and when it is closed") {
    asio::io_context io{1};
    connected_pair pair(io);
    std::string told;
    CHECK(read_all(pair.ours) == "nothing");
    start(io, tell_when_readable(pair.ours, told));
    io.poll();
    pair.ours.cancel();
    pair.ours.cancel();   // nobody waits any more
    CHECK(told.empty());  // never from within
    io.poll();
    CHECK(told == "ended ");

    start(io, tell_when_readable(pair.ours, told));
    io.poll();
    pair.ours.close();
    io.run();  // returns, as nothing is left to listen to
    io.restart();
    start(io, tell_when_readable(pair.ours, told));
    io.run();
    CHECK(told == "ended ended ended ");
    CHECK_FALSE(pair.ours.is_open());
}

TEST_CASE("who writes more than fits is told when there is room again") {
    asio::io_context io{1};
    connected_pair pair(io);
    const std::string piece(100'000, 'x');
    error_code error;
    std::size_t written = 0;
    while (!error)
        written += pair.ours.write_some(piece, error);
    CHECK(error == asio::error::would_block);
    std::string told;
    auto tell_when_writable = [](stream_socket& socket,
                                 std::string& into) -> asio::awaitable<void> {
        auto waiting = socket.writable();
        const bool ready = co_await std::move(waiting);
        into += ready ? "room " : "ended ";
    };
    start(io, tell_when_writable(pair.ours, told));
    io.poll();
    CHECK(told.empty());

    std::vector<char> read(written);
    asio::read(pair.other, asio::buffer(read));
    while (told.empty())
        io.run_one();
    CHECK(told == "room ");
    CHECK(pair.ours.write_some("y", error) == 1);
}

TEST_CASE("a socket that another one's waiter closes is not told what had come for it") {
    asio::io_context io{1};
    std::vector<std::unique_ptr<connected_pair>> pairs;
    for (int i = 0; i < 3; ++i)
        pairs.push_back(std::make_unique<connected_pair>(io));
    std::string told;
    // Each closes and destroys all the others; which is first does not matter.
    auto close_the_others = [](auto& all, std::size_t own,
                               std::string& into) -> asio::awaitable<void> {
        auto waiting = all[own]->ours.readable();
        const bool ready = co_await std::move(waiting);
        into += ready ? "ready " : "ended ";
        for (std::size_t each = 0; each < all.size(); ++each) {
            if (each != own) all[each].reset();
        }
    };
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        CHECK(read_all(pairs[i]->ours) == "nothing");
        start(io, close_the_others(pairs, i, told));
    }
    io.poll();
    for (const auto& each : pairs)
        each->say("x");
    while (told.size() < std::string_view("ready ended ended ").size())
        io.run_one();
    CHECK(told == "ready ended ended ");
}

TEST_CASE("an io_context that goes takes those who still wait with it") {
    auto kept = std::make_shared<int>(0);
    auto wait_with = [](std::shared_ptr<int>, stream_socket& socket) -> asio::awaitable<void> {
        auto waiting = socket.readable();
        co_await std::move(waiting);
    };
    auto io = std::make_unique<asio::io_context>(1);
    stream_socket ours(*io);
    int other = -1;
    {
        tcp::acceptor listener(*io, {asio::ip::address_v4::loopback(), 0});
        tcp::socket connecting(*io);
        connecting.connect(listener.local_endpoint());
        ours.adopt(listener.accept());
        other = connecting.release();  // stays open, apart from the io_context
    }
    CHECK(read_all(ours) == "nothing");
    start(*io, wait_with(kept, ours));
    io->poll();
    CHECK(kept.use_count() == 2);
    io.reset();
    CHECK(kept.use_count() == 1);
    CHECK_FALSE(ours.is_open());
    ::close(other);
}
