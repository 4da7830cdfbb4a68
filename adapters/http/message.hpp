#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace makegood::http {

// One header field, as it stands in its list. Names are compared without regard to case.
struct field {
    std::string_view name;
    std::string_view value;
};

// Header fields in the order they came or will be sent. One text for all, so that a message costs
// the same two allocations whatever it carries, and none where its list is used again.
class field_list {
public:
    class iterator;

    // Neither text may be from this list.
    void add(std::string_view name, std::string_view value);
    void clear();
    // The first field of that name; empty when there is none.
    [[nodiscard]] std::string_view find(std::string_view name) const;
    [[nodiscard]] bool contains(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;

    [[nodiscard]] iterator begin() const;
    [[nodiscard]] iterator end() const;

private:
    // Where a field's parts end in the text; its name begins where the field before it ends.
    struct place {
        std::uint32_t name_end;
        std::uint32_t value_end;
    };
    [[nodiscard]] field at(std::size_t index) const;

    std::string text_;
    std::vector<place> places_;
};

class field_list::iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = field;
    using difference_type = std::ptrdiff_t;
    using pointer = const field*;
    using reference = field;

    iterator(const field_list& list, std::size_t index) : list_(&list), index_(index) {}

    field operator*() const { return list_->at(index_); }
    iterator& operator++() {
        ++index_;
        return *this;
    }
    iterator operator++(int) { return {*list_, index_++}; }
    bool operator==(const iterator& other) const { return index_ == other.index_; }

private:
    const field_list* list_;
    std::size_t index_;
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
    // Returns when the client's side has taken the piece; false when the client is gone or the
    // server drains, after which nothing more can be sent. An empty piece sends nothing.
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
