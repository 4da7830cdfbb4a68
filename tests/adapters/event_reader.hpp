#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tests/adapters/service_under_test.hpp"

namespace makegood::test {

// What stands between two empty lines of a stream of server-sent events.
struct event_block {
    std::string id;
    std::string type;  // empty: no event, only a position or a sign of life
    std::string data;
    std::string retry;
    bool operator==(const event_block&) const = default;
};

// A reader of GET /v1/events on a connection of its own. Blocks until what is awaited has come;
// throws when nothing has for `patience`.
class event_reader {
public:
    // With a small window it can be sent little that it does not read.
    enum class window { usual, small };
    static constexpr std::chrono::minutes patience{1};

    event_reader(
        std::uint16_t port,
        std::string_view query = {},
        std::initializer_list<header> fields = {},
        window size = window::usual
    );

    [[nodiscard]] const std::string& head() const { return head_; }  // of the answer
    [[nodiscard]] event_block next();                                // whatever comes
    [[nodiscard]] event_block next_event();                          // what has a type
    // Events up to the first one of that type, with it.
    [[nodiscard]] std::vector<event_block> read_to(std::string_view type);
    // The first position that is wanted.
    [[nodiscard]] std::string until_id(const std::function<bool(const std::string&)>& wanted);
    // All that comes up to the orderly end of the stream is thrown away; false when it is cut.
    [[nodiscard]] bool reads_to_end();

private:
    bool receive_chunk();  // false at the end of the stream
    std::string take_line();
    std::string take_through(std::string_view end);
    void receive_some();

    boost::asio::io_context io_{1};
    boost::asio::ip::tcp::socket socket_{io_};
    std::string head_;
    std::string received_;
    std::string text_;  // of the stream, and not taken yet
};

}  // namespace makegood::test
