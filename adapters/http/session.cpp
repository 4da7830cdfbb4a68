#include "adapters/http/session.hpp"

#include <poll.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "adapters/http/message_reader.hpp"
#include "adapters/http/wire_text.hpp"

namespace makegood::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto reported = asio::as_tuple(asio::use_awaitable);
// An answer's buffer is kept for the next one up to this size.
constexpr std::size_t answer_bytes_kept_max = 64 * 1024;

// The life of one connection: receive a request, let the handler answer it, send the answer, again;
// then close without losing what the client has yet to read. Kept by its own coroutine.
class connection_session final : public session, public deadline_watch::entry, private body_stream {
public:
    connection_session(std::shared_ptr<session_host> host, tcp::socket socket);
    ~connection_session() override;

    asio::awaitable<void> run();
    asio::cancellation_slot slot() { return cancellation_.slot(); }

    void drain() override;
    void give_way() override;
    bool close_if_idle(instant since) override;
    void cut() override;

private:
    enum class phase { idle, header, body, handling, streaming, writing, lingering };
    enum class reception { request, refused, ended };

    void enter(phase next, std::chrono::milliseconds limit);
    void deadline_passed() override;
    void stop_listening();
    void close();

    asio::awaitable<reception> receive();
    reader_stage read_on();
    asio::awaitable<bool> receive_some();
    asio::awaitable<bool> send_continue();
    asio::awaitable<response> answer();
    response handler_failed(std::string_view what) const;
    response refusal() const;
    answer_framing framing_of(const response& message, reception received);
    asio::awaitable<bool> send(const response& message, answer_framing framing);
    asio::awaitable<bool> send_stream(const response& message, answer_framing framing);
    asio::awaitable<bool> write(std::string piece) override;
    asio::awaitable<bool> send_text();
    asio::awaitable<void> linger();
    bool client_hung_up();
    bool has_nothing_to_read();

    // Constant after construction.
    const std::shared_ptr<session_host> host_;

    // Confined to the thread of the io_context.
    tcp::socket socket_;
    asio::cancellation_signal cancellation_;
    message_reader<request> reader_;
    std::string out_;
    phase phase_ = phase::idle;
    instant idle_since_{};
    bool timed_out_ = false;
    bool is_chunked_ = false;
};

connection_session::connection_session(std::shared_ptr<session_host> host, tcp::socket socket)
    : entry(host->deadlines),
      host_(std::move(host)),
      socket_(std::move(socket)),
      reader_({host_->options.header_bytes_max, host_->options.body_bytes_max}) {
    host_->joins(*this);
}

connection_session::~connection_session() {
    host_->leaves(*this);
}

asio::awaitable<void> connection_session::run() {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    for (;;) {
        const reception received = co_await receive();
        if (received == reception::ended) co_return;
        response message;
        if (received == reception::request) {
            message = co_await answer();
        } else {
            message = refusal();
        }
        if (message.status == 0) co_return;  // the handler wants its answer lost
        const answer_framing framing = framing_of(message, received);
        const bool sent = co_await send(message, framing);
        if (!sent) co_return;
        if (!framing.keep_alive) break;
    }
    co_await linger();
}

asio::awaitable<connection_session::reception> connection_session::receive() {
    reader_.begin();
    timed_out_ = false;
    enter(phase::idle, host_->options.idle_time_max);
    idle_since_ = steady_now();
    host_->rests(*this);
    bool continued = false;
    for (;;) {
        const reader_stage stage = read_on();
        if (stage == reader_stage::complete) co_return reception::request;
        if (stage == reader_stage::failed || timed_out_) co_return reception::refused;
        if (phase_ == phase::idle && host_->draining) co_return reception::ended;
        const bool is_awaited = phase_ == phase::body && reader_.message().body.empty();
        if (is_awaited && reader_.expects_continue() && !continued) {
            continued = true;
            const bool sent = co_await send_continue();
            if (!sent) co_return reception::ended;
        }
        const bool more = co_await receive_some();
        if (!more && !timed_out_) co_return reception::ended;
    }
}

// Each phase of a request has its own time.
reader_stage connection_session::read_on() {
    reader_stage stage = reader_.advance();
    if (stage == reader_stage::header && phase_ == phase::idle && reader_.started()) {
        enter(phase::header, host_->options.header_time_max);
    } else if (stage == reader_stage::body && phase_ != phase::body) {
        enter(phase::body, host_->options.body_time_max);
        stage = reader_.advance();
    }
    return stage;
}

asio::awaitable<bool> connection_session::receive_some() {
    auto reading = socket_.async_read_some(reader_.room(), reported);
    const auto [error, bytes] = co_await std::move(reading);
    if (error) co_return false;
    reader_.received(bytes);
    co_return true;
}

asio::awaitable<bool> connection_session::send_continue() {
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    const bool sent = co_await send_text();
    enter(phase::body, host_->options.body_time_max);
    co_return sent;
}

asio::awaitable<response> connection_session::answer() {
    phase_ = phase::handling;
    disarm();
    if (reader_.message().method == "CONNECT") {
        co_return problem(501, "not-implemented", "This server opens no tunnels.");
    }
    std::string what;
    try {
        auto answering = host_->handle(reader_.message());
        response answered = co_await std::move(answering);
        const bool is_final = answered.status >= 200 && answered.status <= 599;
        if (is_final || answered.status == 0) co_return answered;
        what = "the handler answered with status " + std::to_string(answered.status);
    } catch (const std::exception& thrown) {
        what = thrown.what();
    } catch (...) {
        what = "the handler threw something that is no std::exception";
    }
    // Who cut the connection knows why, and nobody is left to be told.
    response unsent;
    unsent.status = 0;
    if (!socket_.is_open()) co_return unsent;
    co_return handler_failed(what);
}

response connection_session::handler_failed(std::string_view what) const {
    const auto& report = host_->options.on_handler_failure;
    if (report) report(what);
    return problem(
        500, "internal-error",
        "The request could not be answered because of a fault in the server; its log says more."
    );
}

response connection_session::refusal() const {
    const server_options& limits = host_->options;
    const std::string& detail = reader_.fault_detail();
    switch (reader_.fault()) {
        case reader_fault::header_too_large:
            return problem(
                431, "header-too-large",
                "Send a header of at most " + std::to_string(limits.header_bytes_max) + " bytes."
            );
        case reader_fault::body_too_large:
            return problem(
                413, "body-too-large",
                "Send a body of at most " + std::to_string(limits.body_bytes_max) + " bytes."
            );
        case reader_fault::unsupported_coding: return problem(501, "not-implemented", detail);
        case reader_fault::malformed: return problem(400, "malformed-request", detail);
        case reader_fault::none: break;
    }
    return problem(408, "request-timeout", "The request did not arrive within its time.");
}

answer_framing connection_session::framing_of(const response& message, reception received) {
    answer_framing framing;
    framing.to_head = reader_.message().method == "HEAD";
    framing.in_chunks = message.stream && !reader_.version_1_0();
    framing.until_close = message.stream && reader_.version_1_0();
    framing.keep_alive = received == reception::request && reader_.keep_alive()
                         && !framing.until_close && !host_->draining;
    framing.tells_keep_alive = reader_.version_1_0();
    return framing;
}

asio::awaitable<bool> connection_session::send(const response& message, answer_framing framing) {
    out_.clear();
    append_response(out_, message, framing);
    bool sent = co_await send_text();
    if (sent && message.stream && !framing.to_head) sent = co_await send_stream(message, framing);
    if (out_.capacity() > answer_bytes_kept_max) std::string().swap(out_);
    co_return sent;
}

// A stream that fails ends without its last chunk, so that the client sees that it is cut.
asio::awaitable<bool> connection_session::send_stream(
    const response& message, answer_framing framing
) {
    phase_ = phase::streaming;
    disarm();
    is_chunked_ = framing.in_chunks;
    if (host_->draining) co_return false;
    try {
        auto streaming = message.stream(*this);
        co_await std::move(streaming);
    } catch (const std::exception& thrown) {
        if (!host_->draining) handler_failed(thrown.what());
        co_return false;
    }
    if (!framing.in_chunks) co_return true;
    out_.clear();
    append_chunk(out_, {});
    co_return co_await send_text();
}

asio::awaitable<bool> connection_session::write(std::string piece) {
    if (piece.empty()) co_return socket_.is_open();
    out_.clear();
    if (is_chunked_) {
        append_chunk(out_, piece);
    } else {
        out_ = std::move(piece);
    }
    const bool sent = co_await send_text();
    phase_ = phase::streaming;
    disarm();
    co_return sent;
}

// Mostly the socket takes all at once, which costs no suspension and no deadline.
asio::awaitable<bool> connection_session::send_text() {
    error_code error;
    std::size_t sent = socket_.write_some(asio::buffer(out_), error);
    if (error && error != asio::error::would_block) co_return false;
    if (sent < out_.size()) enter(phase::writing, host_->options.write_time_max);
    while (sent < out_.size()) {
        auto writing = socket_.async_write_some(asio::buffer(out_) + sent, reported);
        const auto [failed, bytes] = co_await std::move(writing);
        if (failed) co_return false;
        sent += bytes;
    }
    co_return true;
}

// Closing with unread bytes makes the kernel reset the connection, and the reset can overtake the
// answer. So the client is told that nothing more comes, and what it still sends is thrown away.
asio::awaitable<void> connection_session::linger() {
    error_code error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    enter(phase::lingering, host_->options.linger_time_max);
    std::size_t thrown_away = 0;
    while (!error && thrown_away < host_->options.linger_bytes_max) {
        auto reading = socket_.async_read_some(reader_.room(), reported);
        const auto [failed, bytes] = co_await std::move(reading);
        error = failed;
        thrown_away += bytes;
    }
}

void connection_session::enter(phase next, std::chrono::milliseconds limit) {
    phase_ = next;
    arm(steady_now() + limit);
}

void connection_session::deadline_passed() {
    if (phase_ == phase::header || phase_ == phase::body) {
        // The connection is still needed, for the 408.
        timed_out_ = true;
        stop_listening();
    } else if (phase_ == phase::idle) {
        stop_listening();
    } else {
        close();
    }
}

void connection_session::drain() {
    if (phase_ == phase::streaming) return cut();
    if (has_nothing_to_read()) stop_listening();
}

bool connection_session::close_if_idle(instant since) {
    if (idle_since_ > since || !has_nothing_to_read()) return false;
    stop_listening();
    return true;
}

// Ends the connection unless a request has been read already and this session is yet to be told.
void connection_session::stop_listening() {
    error_code ignored;
    socket_.cancel(ignored);
}

// Nothing of a request has come, as far as the kernel knows.
bool connection_session::has_nothing_to_read() {
    if (phase_ != phase::idle || reader_.started()) return false;
    error_code error;
    const bool something_came = socket_.available(error) > 0;
    return !something_came || error;
}

void connection_session::give_way() {
    if (phase_ == phase::handling && client_hung_up()) cut();
}

// Nothing is read while a request is answered, so only the kernel knows.
bool connection_session::client_hung_up() {
    pollfd asked{socket_.native_handle(), POLLRDHUP, 0};
    return ::poll(&asked, 1, 0) > 0;
}

void connection_session::cut() {
    close();
    cancellation_.emit(asio::cancellation_type::terminal);
}

void connection_session::close() {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace

session_host::session_host(asio::io_context& context, server_options limits, handler answers)
    : io(context),
      options(std::move(limits)),
      handle(std::move(answers)),
      deadlines(std::make_shared<deadline_watch>(context)) {}

void session_host::joins(session& newcomer) {
    sessions.push_back(newcomer);
    ++connection_count;
}

void session_host::rests(session& idle) {
    sessions.splice(sessions.end(), sessions, sessions.iterator_to(idle));
}

void session_host::leaves(session& leaver) {
    sessions.erase(sessions.iterator_to(leaver));
    --connection_count;
    session_ended();
}

void start_session(std::shared_ptr<session_host> host, tcp::socket socket) {
    asio::io_context& io = host->io;
    // Shared with the completion handler only: the coroutine needs its session, and the
    // cancellation slot that is bound to it, until it has ended. Whatever ends it by an exception
    // (a cut while it waited, no memory) ends this connection and nothing else.
    auto started = std::make_shared<connection_session>(std::move(host), std::move(socket));
    const asio::cancellation_slot slot = started->slot();
    asio::co_spawn(
        io, started->run(), asio::bind_cancellation_slot(slot, [started](std::exception_ptr) {})
    );
}

}  // namespace makegood::http
