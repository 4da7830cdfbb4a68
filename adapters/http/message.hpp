#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace makegood::http {

// One header field. Names are compared without regard to case.
struct field {
    std::string name;
    std::string value;
};

// Header fields in the order they came or will be sent. Small, so a plain vector.
class field_list {
public:
    void add(std::string name, std::string value) {
        fields_.push_back({std::move(name), std::move(value)});
    }
    // The first field of that name; empty when there is none.
    [[nodiscard]] std::string_view find(std::string_view name) const;
    [[nodiscard]] bool contains(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;

    [[nodiscard]] auto begin() const { return fields_.begin(); }
    [[nodiscard]] auto end() const { return fields_.end(); }

private:
    std::vector<field> fields_;
};

// A request as the server hands it to its handler, and as the client sends it. Plain data: owns its
// text.
struct request {
    std::string method;  // "GET", "POST", …
    std::string target;  // path and query, as on the wire
    field_list fields;   // without Content-Length, Connection and Transfer-Encoding
    std::string body;

    [[nodiscard]] std::string_view path() const;   // target up to '?'
    [[nodiscard]] std::string_view query() const;  // after '?', may be empty
};

// Sends the pieces of an answer's body as they come into being; see response::stream. Owned by the
// server, valid until the function that got it has returned.
class body_stream {
public:
    // Returns when the client's side has taken the piece; false when the client is gone, after
    // which nothing more can be sent. An empty piece sends nothing.
    virtual boost::asio::awaitable<bool> write(std::string piece) = 0;

protected:
    ~body_stream() = default;
};

// An answer. `content_type` is left out of the wire when the body is empty.
struct response {
    unsigned status = 200;  // 0: the server closes the connection without an answer (a lost answer)
    std::string content_type = "application/json";
    field_list fields;
    std::string body;
    // Set by a handler whose body has no end that could be waited for, as with server-sent events;
    // it is sent in chunks instead of `body`, and ends when this returns. It should write every now
    // and then, or it will not notice that the client is gone. Draining the server cancels what it
    // waits for, at once. Never set in an answer that a client received.
    std::function<boost::asio::awaitable<void>(body_stream&)> stream{};
};

}  // namespace makegood::http
