#include "adapters/http/message_reader.hpp"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>
#include <type_traits>

#include "adapters/http/target.hpp"

namespace makegood::http {

namespace {

namespace beast = boost::beast;
using beast::http::error;
using parse_error = beast::error_code;
using text = beast::string_view;

// One read asks for this much; the largest piece of a body that is copied at once.
constexpr std::size_t receive_bytes = 8 * 1024;
// What a declared length may reserve before the bytes have come.
constexpr std::uint64_t body_bytes_reserved_max = 16 * 1024;
// A body's buffer is kept for the next message up to this size.
constexpr std::size_t body_bytes_kept_max = 4 * 1024;
// "0\r\n\r\n"
constexpr std::size_t last_chunk_bytes_min = 5;

// Empties a message that is used again, and keeps its buffers.
void empty(request& used) {
    used.method.clear();
    used.target.clear();
    used.fields.clear();
    used.body.clear();
    if (used.body.capacity() > body_bytes_kept_max) used.body.shrink_to_fit();
}

void empty(response& used) {
    used.content_type.clear();
    used.fields.clear();
    used.body.clear();
}

// What is known of the message besides its text.
struct reading_marks {
    reader_fault fault = reader_fault::none;
    std::string fault_detail;
    int version = 11;
    std::size_t hosts = 0;
    std::size_t body_bytes = 0;
    bool expects_continue = false;
    bool header_over = false;
    bool skips_body = false;
};

template <typename Message>
struct reading : reading_marks {
    Message message;

    void refuse(reader_fault why, std::string detail, parse_error& ec) {
        fault = why;
        fault_detail = std::move(detail);
        ec = error::bad_field;
    }
};

// Beast's grammar, writing straight into our message instead of into Beast's containers.
template <typename Message>
class grammar final : public beast::http::basic_parser<std::is_same_v<Message, request>> {
public:
    explicit grammar(reading<Message>& into) : into_(into) {}

private:
    static constexpr bool of_requests = std::is_same_v<Message, request>;

    void on_request_impl(beast::http::verb, text method, text target, int version, parse_error& ec)
        override {
        into_.version = version;
        if constexpr (of_requests) {
            into_.message.method.assign(method.data(), method.size());
            if (method == "CONNECT") return;  // names a host, not a path; the server refuses it
            const auto path = origin_form({target.data(), target.size()});
            if (!path) return into_.refuse(reader_fault::malformed, "the target is no path", ec);
            into_.message.target = *path;
        }
    }

    void on_response_impl(int status, text, int version, parse_error&) override {
        into_.version = version;
        if constexpr (!of_requests) into_.message.status = static_cast<unsigned>(status);
    }

    void on_field_impl(beast::http::field name, text name_text, text value, parse_error& ec)
        override {
        if (into_.header_over) return;  // a trailer must not pass for a header field
        using beast::http::field;
        switch (name) {
            case field::content_length:
            case field::connection: return;
            case field::transfer_encoding: return check_coding(value, ec);
            case field::host: ++into_.hosts; break;
            case field::expect:
                into_.expects_continue = beast::iequals(value, "100-continue");
                break;
            case field::content_type:
                if constexpr (!of_requests) {
                    into_.message.content_type.assign(value.data(), value.size());
                    return;
                }
                break;
            default: break;
        }
        into_.message.fields.add(
            {name_text.data(), name_text.size()}, {value.data(), value.size()}
        );
    }

    void check_coding(text value, parse_error& ec) {
        if (into_.version < 11) {
            into_.refuse(reader_fault::malformed, "HTTP/1.0 has no Transfer-Encoding", ec);
        } else if (!beast::iequals(value, "chunked")) {
            into_.refuse(
                reader_fault::unsupported_coding, "the only transfer coding known here is chunked",
                ec
            );
        }
    }

    void on_header_impl(parse_error& ec) override {
        into_.header_over = true;
        if (of_requests && (into_.hosts > 1 || (into_.hosts == 0 && into_.version >= 11))) {
            into_.refuse(reader_fault::malformed, "a request names exactly one Host", ec);
        }
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, parse_error&) override {
        if (!length) return;
        into_.message.body.reserve(
            static_cast<std::size_t>(std::min(*length, body_bytes_reserved_max))
        );
    }

    std::size_t on_body_impl(text body, parse_error&) override {
        into_.body_bytes += body.size();
        if (!into_.skips_body) into_.message.body.append(body.data(), body.size());
        return body.size();
    }

    void on_chunk_header_impl(std::uint64_t, text, parse_error&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, text body, parse_error& ec) override {
        return on_body_impl(body, ec);
    }

    void on_finish_impl(parse_error&) override {}

    reading<Message>& into_;
};

}  // namespace

template <typename Message>
struct message_reader<Message>::machine {
    reader_limits limits;
    reading<Message> state;
    std::optional<grammar<Message>> parser;  // Beast's is good for one message
    reader_stage stage = reader_stage::header;
    std::size_t header_bytes = 0;
    beast::flat_buffer buffer;

    bool skip_empty_lines();
    bool may_be_cut_last_chunk() const;
    void step();
    void fail(parse_error ec);
    void fail(reader_fault why, std::string detail);
    void check_pending();
};

template <typename Message>
void message_reader<Message>::machine::fail(reader_fault why, std::string detail) {
    stage = reader_stage::failed;
    if (state.fault != reader_fault::none) return;  // the grammar has said why already
    state.fault = why;
    state.fault_detail = std::move(detail);
}

template <typename Message>
void message_reader<Message>::machine::fail(parse_error ec) {
    if (ec == error::header_limit) {
        fail(reader_fault::header_too_large, "the header is too large");
    } else if (ec == error::body_limit) {
        fail(reader_fault::body_too_large, "the body is too large");
    } else {
        fail(reader_fault::malformed, ec.message());
    }
}

// What waits for its end must not grow without end: Beast limits neither a header that comes in
// many pieces, nor chunk headers, nor trailers.
template <typename Message>
void message_reader<Message>::machine::check_pending() {
    const std::size_t before = stage == reader_stage::header ? header_bytes : 0;
    if (before + buffer.size() >= limits.header_bytes_max) fail(error::header_limit);
}

// RFC 9112 2.2: empty lines before a request line are to be ignored. False when half of one has
// come.
template <typename Message>
bool message_reader<Message>::machine::skip_empty_lines() {
    const auto* bytes = static_cast<const char*>(buffer.data().data());
    std::size_t empty = 0;
    while (empty + 1 < buffer.size() && bytes[empty] == '\r' && bytes[empty + 1] == '\n')
        empty += 2;
    const bool is_half = empty + 1 == buffer.size() && bytes[empty] == '\r';
    buffer.consume(empty);
    return !is_half;
}

// Up to Boost 1.85 Beast asserts that a last chunk which is the only one does not come in pieces
// smaller than itself (its pull request 2861). A body in chunks that has not ended goes on for at
// least as long, so more can be waited for.
template <typename Message>
bool message_reader<Message>::machine::may_be_cut_last_chunk() const {
    if (stage != reader_stage::body || !parser->chunked()) return false;
    return buffer.size() < last_chunk_bytes_min
           && *static_cast<const char*>(buffer.data().data()) == '0';
}

template <typename Message>
void message_reader<Message>::machine::step() {
    if (may_be_cut_last_chunk()) return;
    const std::size_t body_before = state.body_bytes;
    parse_error ec;
    const std::size_t used = parser->put(buffer.data(), ec);
    buffer.consume(used);
    // Between chunks and after the last one, what is no body has the limit of a header.
    const std::size_t framing = used - (state.body_bytes - body_before);
    if (stage == reader_stage::header) header_bytes += used;
    if (ec == error::need_more) return check_pending();
    if (ec) return fail(ec);
    if (std::max(header_bytes, framing) > limits.header_bytes_max) return fail(error::header_limit);
    if (parser->is_done()) {
        stage = reader_stage::complete;
    } else if (parser->is_header_done()) {
        stage = reader_stage::body;
    }
}

template <typename Message>
message_reader<Message>::message_reader(reader_limits limits)
    : machine_(std::make_unique<machine>()) {
    machine_->limits = limits;
    begin();
}

template <typename Message>
message_reader<Message>::~message_reader() = default;

template <typename Message>
void message_reader<Message>::begin(bool without_body) {
    empty(machine_->state.message);
    static_cast<reading_marks&>(machine_->state) = {};
    machine_->parser.emplace(machine_->state);
    machine_->parser->header_limit(static_cast<std::uint32_t>(machine_->limits.header_bytes_max));
    machine_->parser->body_limit(std::uint64_t{machine_->limits.body_bytes_max});
    machine_->parser->skip(without_body);
    machine_->stage = reader_stage::header;
    machine_->header_bytes = 0;
}

template <typename Message>
boost::asio::mutable_buffer message_reader<Message>::room() {
    return machine_->buffer.prepare(receive_bytes);
}

template <typename Message>
void message_reader<Message>::received(std::size_t bytes) {
    machine_->buffer.commit(bytes);
}

template <typename Message>
reader_stage message_reader<Message>::advance() {
    machine& self = *machine_;
    if (std::is_same_v<Message, request> && self.header_bytes == 0 && !self.skip_empty_lines()) {
        return self.stage;
    }
    const reader_stage from = self.stage;
    while (self.buffer.size() > 0 && self.stage == from && from < reader_stage::complete) {
        const std::size_t before = self.buffer.size();
        self.step();
        if (self.buffer.size() == before) break;
    }
    return self.stage;
}

template <typename Message>
reader_stage message_reader<Message>::end_of_stream() {
    machine& self = *machine_;
    if (self.stage == reader_stage::body && self.parser->need_eof()) {
        parse_error ec;
        self.parser->put_eof(ec);
        if (!ec) self.stage = reader_stage::complete;
    }
    return self.stage;
}

template <typename Message>
reader_fault message_reader<Message>::fault() const {
    return machine_->state.fault;
}

template <typename Message>
const std::string& message_reader<Message>::fault_detail() const {
    return machine_->state.fault_detail;
}

template <typename Message>
Message& message_reader<Message>::message() {
    return machine_->state.message;
}

template <typename Message>
bool message_reader<Message>::started() const {
    return machine_->header_bytes > 0 || machine_->buffer.size() > 0;
}

template <typename Message>
std::size_t message_reader<Message>::buffered() const {
    return machine_->buffer.size();
}

template <typename Message>
bool message_reader<Message>::keep_alive() const {
    return machine_->parser->keep_alive();
}

template <typename Message>
bool message_reader<Message>::version_1_0() const {
    return machine_->state.version < 11;
}

template <typename Message>
bool message_reader<Message>::expects_continue() const {
    return machine_->state.expects_continue && machine_->state.version >= 11;
}

template <typename Message>
bool message_reader<Message>::body_started() const {
    return machine_->state.body_bytes > 0;
}

template <typename Message>
void message_reader<Message>::skip_body() {
    machine_->state.skips_body = true;
}

template class message_reader<request>;
template class message_reader<response>;

}  // namespace makegood::http
