#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace makegood::http::testing {

// One message as it was on the wire.
struct raw_message {
    std::string header;  // start line and fields, with the empty line
    std::string body;

    [[nodiscard]] unsigned status() const;  // 0 when this is no answer
    [[nodiscard]] bool has(std::string_view header_text) const {
        return header.find(header_text) != std::string::npos;
    }
};

// A blocking socket on the loopback interface that says exactly what a test wants said. Every wait
// is bounded and fails the test by an exception that says what was awaited.
class raw_peer {
public:
    raw_peer();  // not connected yet
    explicit raw_peer(std::uint16_t port);
    void connect(std::uint16_t port);
    static raw_peer adopt(int descriptor) { return raw_peer(descriptor); }
    ~raw_peer();
    raw_peer(raw_peer&& other) noexcept;
    raw_peer& operator=(raw_peer&&) = delete;

    void say(std::string_view text);
    // Says as much as the other side takes; false when that closed the connection meanwhile.
    bool try_say(std::string_view text);
    raw_message hear();                          // one message, by its Content-Length
    raw_message hear_header();                   // one header, nothing after it
    std::string hear_bytes(std::size_t);         // exactly so many
    std::string hear_all();                      // up to the end of the stream
    [[nodiscard]] bool hears_something() const;  // without waiting
    void hear_end();                             // the orderly end of the stream, nothing before it

    void finish();  // sends no more, still hears
    void reset();   // ends the connection as a crash would

private:
    explicit raw_peer(int descriptor) : descriptor_(descriptor) {}
    bool receive();  // false at the end of the stream
    [[nodiscard]] std::string take(std::size_t bytes);

    int descriptor_ = -1;
    std::string heard_;
    bool was_reset_ = false;
};

// A listening socket whose connections a test answers by hand.
class raw_listener {
public:
    // With a backlog of 0 only one connection is made before accept() makes room.
    explicit raw_listener(int backlog = 128);
    ~raw_listener();
    raw_listener(const raw_listener&) = delete;
    raw_listener& operator=(const raw_listener&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    raw_peer accept();
    [[nodiscard]] bool has_waiting() const;  // a connection that nobody accepted yet
    void close();

private:
    int descriptor_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace makegood::http::testing
