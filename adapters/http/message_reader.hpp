#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "adapters/http/message.hpp"

namespace makegood::http {

struct reader_limits {
    std::size_t header_bytes_max;  // start line and fields; also each chunk header and the trailer
    std::size_t body_bytes_max;
};

enum class reader_stage { header, body, complete, failed };

enum class reader_fault { none, header_too_large, body_too_large, malformed, unsupported_coding };

// Cuts messages out of the bytes of one connection, over Beast's parser; owns the receive buffer,
// in which the beginning of the next message may already wait. Owned by a session or a client
// connection. It is stricter than Beast where two readers of the same bytes could disagree about
// where a message ends: only the `chunked` coding, never with HTTP/1.0, exactly one Host; and its
// header limit is of the whole header, however it arrives. Message is `request` or `response`.
template <typename Message>
class message_reader {
public:
    explicit message_reader(reader_limits limits);
    ~message_reader();
    message_reader(const message_reader&) = delete;
    message_reader& operator=(const message_reader&) = delete;

    // Forgets the last message. Without a body: the answer to a HEAD, whatever its fields say.
    void begin(bool without_body = false);

    // Where to receive into; then say how much has come.
    [[nodiscard]] boost::asio::mutable_buffer room();
    void received(std::size_t bytes);
    // Reads on in what has come, to the end of the header, then to the end of the message.
    [[nodiscard]] reader_stage advance();
    // The stream ended. Completes an answer whose body is delimited by that, and nothing else.
    [[nodiscard]] reader_stage end_of_stream();

    [[nodiscard]] reader_fault fault() const;
    [[nodiscard]] const std::string& fault_detail() const;

    [[nodiscard]] Message& message();
    [[nodiscard]] bool started() const;          // some of the message has come
    [[nodiscard]] std::size_t buffered() const;  // bytes past what has been read
    // Valid once the header is complete.
    [[nodiscard]] bool keep_alive() const;
    [[nodiscard]] bool version_1_0() const;
    [[nodiscard]] bool expects_continue() const;
    [[nodiscard]] bool body_started() const;  // some of the body has come
    // What comes of the body from now on is read, within its limit, and thrown away.
    void skip_body();

private:
    struct machine;
    std::unique_ptr<machine> machine_;
};

extern template class message_reader<request>;
extern template class message_reader<response>;

}  // namespace makegood::http
