#include "adapters/http/session.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "adapters/http/message_reader.hpp"
#include "adapters/http/refusal.hpp"
#include "adapters/http/stream_socket.hpp"
#include "adapters/http/wire_text.hpp"

namespace makegood::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// An answer's buffer is kept for the next one up to this size.
constexpr std::size_t answer_bytes_kept_max = 64 * 1024;

// A client that sends one request after the other, and reads, never makes its session wait: after
// so many of them everybody else on the loop has a turn.
constexpr int exchanges_at_once = 16;

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
    // `more`: nothing else has come yet.
    enum class reception { more, request, unwelcome, refused, ended };

    void enter(phase next, std::chrono::milliseconds limit);
    void deadline_passed() override;
    void stop_listening();

    asio::awaitable<reception> receive_rest();
    void begin_receiving();
    reception read_on();
    reception understand();
    void see_head();
    bool is_continue_awaited();
    asio::awaitable<bool> send_continue();
    asio::awaitable<response> answer();
    response handler_failed(std::string_view what) const;
    answer_framing framing_of(const response& message, reception received);
    asio::awaitable<bool> send_stream(const response& message, answer_framing framing);
    asio::awaitable<bool> write(std::string piece) override;
    bool send_now();
    asio::awaitable<bool> send_rest();
    asio::awaitable<bool> send_text();
    asio::awaitable<void> linger();
    bool has_nothing_to_read();

    // Constant after construction.
    const std::shared_ptr<session_host> host_;

    // Confined to the thread of the io_context.
    stream_socket socket_;
    asio::cancellation_signal cancellation_;
    message_reader<request> reader_;
    std::string out_;
    std::size_t out_sent_ = 0;
    phase phase_ = phase::idle;
    instant idle_since_{};
    bool timed_out_ = false;
    bool continued_ = false;
    bool head_seen_ = false;
    const response* unwelcome_ = nullptr;  // the answer of server_options::turn_away
    bool is_chunked_ = false;
};

connection_session::connection_session(std::shared_ptr<session_host> host, tcp::socket socket)
    : entry(host->deadlines),
      host_(std::move(host)),
      socket_(host_->io),
      reader_({host_->options.header_bytes_max, host_->options.body_bytes_max}) {
    socket_.adopt(std::move(socket));
    host_->joins(*this);
}

connection_session::~connection_session() {
    host_->leaves(*this);
}

asio::awaitable<void> connection_session::run() {
    for (int exchanges = 1;; ++exchanges) {
        if (exchanges % exchanges_at_once == 0) {
            auto turn = asio::post(host_->io, asio::use_awaitable);
            co_await std::move(turn);
        }
        begin_receiving();
        reception received = read_on();
        if (received == reception::more) received = co_await receive_rest();
        if (received == reception::ended) co_return;
        response own;
        if (received == reception::request) {
            own = co_await answer();
        } else if (unwelcome_ == nullptr) {
            own = refusal_of(reader_, host_->options);
        }
        const response& message = unwelcome_ != nullptr ? *unwelcome_ : own;
        if (message.status == 0) co_return;  // the handler wants its answer lost
        const answer_framing framing = framing_of(message, received);
        out_.clear();
        append_response(out_, message, framing);
        bool sent = send_now();
        if (!sent) sent = co_await send_rest();
        if (sent && message.stream && !framing.to_head) {
            sent = co_await send_stream(message, framing);
        }
        if (!sent) co_return;
        if (out_.capacity() > answer_bytes_kept_max) std::string().swap(out_);
        if (!framing.keep_alive) break;
    }
    co_await linger();
}

void connection_session::begin_receiving() {
    reader_.begin();
    timed_out_ = continued_ = false;
    unwelcome_ = nullptr;
    head_seen_ = false;
    idle_since_ = coarse_now();
    enter(phase::idle, host_->options.idle_time_max);
    host_->rests(*this);
}

asio::awaitable<connection_session::reception> connection_session::receive_rest() {
    reception received = reception::more;
    while (received == reception::more) {
        if (is_continue_awaited()) {
            const bool sent = co_await send_continue();
            if (!sent) co_return reception::ended;
        }
        auto waiting = socket_.readable();
        const bool ready = co_await std::move(waiting);
        received = ready ? read_on() : reception::ended;
        if (timed_out_) {
            unwelcome_ = nullptr;
            co_return reception::refused;
        }
    }
    co_return received;
}

// As far as it goes without waiting.
connection_session::reception connection_session::read_on() {
    for (;;) {
        const reception so_far = understand();
        if (so_far != reception::more) return so_far;
        error_code error;
        const std::size_t bytes = socket_.read_some(reader_.room(), error);
        if (error == asio::error::would_block) return reception::more;
        if (error) return reception::ended;
        reader_.received(bytes);
    }
}

// What has come so far. Each phase of a request has its own time.
connection_session::reception connection_session::understand() {
    reader_stage stage = reader_.advance();
    if (stage == reader_stage::body || stage == reader_stage::complete) see_head();
    if (stage == reader_stage::body) stage = reader_.advance();
    switch (stage) {
        case reader_stage::complete:
            return unwelcome_ != nullptr ? reception::unwelcome : reception::request;
        case reader_stage::failed: unwelcome_ = nullptr; return reception::refused;
        case reader_stage::body:
            // Told early, the client need not send its body, so nobody knows where that would end.
            if (unwelcome_ != nullptr && is_continue_awaited()) return reception::refused;
            if (phase_ != phase::body) enter(phase::body, host_->options.body_time_max);
            break;
        case reader_stage::header:
            if (phase_ != phase::idle) break;
            if (reader_.started()) {
                enter(phase::header, host_->options.header_time_max);
            } else if (host_->draining) {
                return reception::ended;
            }
            break;
    }
    return reception::more;
}

void connection_session::see_head() {
    if (std::exchange(head_seen_, true) || !host_->options.turn_away) return;
    unwelcome_ = host_->options.turn_away(reader_.message());
    if (unwelcome_ != nullptr) reader_.skip_body();
}

bool connection_session::is_continue_awaited() {
    return head_seen_ && !continued_ && reader_.expects_continue() && !reader_.body_started();
}

asio::awaitable<bool> connection_session::send_continue() {
    continued_ = true;
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

answer_framing connection_session::framing_of(const response& message, reception received) {
    answer_framing framing;
    framing.to_head = reader_.message().method == "HEAD";
    framing.in_chunks = message.stream && !reader_.version_1_0();
    framing.until_close = message.stream && reader_.version_1_0();
    const bool is_read = received == reception::request || received == reception::unwelcome;
    framing.keep_alive =
        is_read && reader_.keep_alive() && !framing.until_close && !host_->draining;
    framing.tells_keep_alive = reader_.version_1_0();
    return framing;
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
    // A drain that came meanwhile cut what waits, and this did not wait for what comes next.
    co_return sent && !host_->draining;
}

// Mostly the socket takes all at once, which costs no suspension and no deadline.
bool connection_session::send_now() {
    error_code error;
    out_sent_ = socket_.write_some(out_, error);
    if (error && error != asio::error::would_block) socket_.close();
    return out_sent_ == out_.size();
}

asio::awaitable<bool> connection_session::send_rest() {
    enter(phase::writing, host_->options.write_time_max);
    while (out_sent_ < out_.size()) {
        auto waiting = socket_.writable();
        const bool ready = co_await std::move(waiting);
        if (!ready) co_return false;
        error_code error;
        out_sent_ += socket_.write_some(std::string_view(out_).substr(out_sent_), error);
        if (error && error != asio::error::would_block) co_return false;
    }
    co_return true;
}

asio::awaitable<bool> connection_session::send_text() {
    if (send_now()) co_return true;
    co_return co_await send_rest();
}

// Closing with unread bytes makes the kernel reset the connection, and the reset can overtake the
// answer. So the client is told that nothing more comes, and what it still sends is thrown away.
asio::awaitable<void> connection_session::linger() {
    socket_.end_writing();
    enter(phase::lingering, host_->options.linger_time_max);
    std::size_t thrown_away = 0;
    while (thrown_away < host_->options.linger_bytes_max) {
        error_code error;
        thrown_away += socket_.read_some(reader_.room(), error);
        if (error && error != asio::error::would_block) co_return;
        if (!error) continue;
        auto waiting = socket_.readable();
        const bool ready = co_await std::move(waiting);
        if (!ready) co_return;
    }
}

void connection_session::enter(phase next, std::chrono::milliseconds limit) {
    phase_ = next;
    arm(coarse_now() + limit);
}

void connection_session::deadline_passed() {
    if (phase_ == phase::header || phase_ == phase::body) {
        // The connection is still needed, for the 408.
        timed_out_ = true;
        stop_listening();
    } else if (phase_ == phase::idle) {
        stop_listening();
    } else {
        socket_.close();
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
    socket_.cancel();
}

// Nothing of a request has come, as far as the kernel knows.
bool connection_session::has_nothing_to_read() {
    if (phase_ != phase::idle || reader_.started()) return false;
    return socket_.available() == 0;
}

// Nothing is read while a request is answered, so only the kernel knows.
void connection_session::give_way() {
    if (phase_ == phase::handling && socket_.other_side_ended()) cut();
}

void connection_session::cut() {
    socket_.close();
    cancellation_.emit(asio::cancellation_type::terminal);
}

}  // namespace

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
