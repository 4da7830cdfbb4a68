#pragma once

#include <array>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <new>
#include <string_view>
#include <utility>

#include "adapters/http/readiness.hpp"

namespace makegood::http {

// One connected TCP socket that never blocks, outside of Asio's reactor. It remembers what the
// kernel has said, so that reading asks the kernel only when something has come. Owned by a session
// or a client connection; confined to the thread of the io_context.
class stream_socket final : private readiness::entry {
    using error_code = boost::system::error_code;

public:
    explicit stream_socket(boost::asio::io_context& io);
    ~stream_socket();
    stream_socket(const stream_socket&) = delete;
    stream_socket& operator=(const stream_socket&) = delete;

    // Takes over a connected socket. Stays closed when the system has no room for one more.
    void adopt(boost::asio::ip::tcp::socket connected);
    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

    // What has come, or what the kernel takes now; otherwise would_block.
    std::size_t read_some(boost::asio::mutable_buffer into, error_code& error);
    std::size_t write_some(std::string_view text, error_code& error);

    // co_await until reading or writing is worth a try: true; or until cancel() or close(), or the
    // coroutine is cancelled: false. One wait at a time. Keep what these return in a variable and
    // await that.
    [[nodiscard]] auto readable();
    [[nodiscard]] auto writable();

    [[nodiscard]] bool is_silent();  // neither bytes nor an end have come
    [[nodiscard]] std::size_t available() const;
    [[nodiscard]] bool other_side_ended() const;
    void end_writing();
    void cancel();  // ends the wait, if there is one
    void close();

private:
    // The coroutine that waits, kept in place.
    struct waiter {
        virtual void go_on(bool ready) = 0;
        virtual void go_on_later(boost::asio::io_context& io, bool ready) = 0;
        virtual ~waiter() = default;
    };
    template <typename Rest>
    struct waiter_of final : waiter {
        explicit waiter_of(Rest of_coroutine) : rest(std::move(of_coroutine)) {}
        Rest taken() {
            boost::asio::get_associated_cancellation_slot(rest).clear();
            Rest own = std::move(rest);
            this->~waiter_of();
            return own;
        }
        void go_on(bool ready) override { taken()(ready); }
        void go_on_later(boost::asio::io_context& io, bool ready) override {
            boost::asio::post(io, [own = taken(), ready]() mutable { own(ready); });
        }
        Rest rest;
    };
    static constexpr std::size_t waiter_bytes_max = 4 * sizeof(void*);

    auto wait(const bool& may);
    void go_on_later(bool ready);
    void ready(std::uint32_t events) override;
    void abandoned() override;

    // Constant after construction.
    boost::asio::io_context& io_;
    readiness& readiness_;

    int descriptor_ = -1;
    bool may_read_ = false;
    bool may_write_ = false;
    bool ended_ = false;  // nothing that comes later would be told
    bool asked_for_room_ = false;
    waiter* waiter_ = nullptr;
    const bool* awaited_ = nullptr;
    alignas(void*) std::array<std::byte, waiter_bytes_max> place_;
};

inline auto stream_socket::wait(const bool& may) {
    const auto begin = [this, &may](auto rest) {
        using chosen = waiter_of<decltype(rest)>;
        static_assert(sizeof(chosen) <= waiter_bytes_max);
        auto slot = boost::asio::get_associated_cancellation_slot(rest);
        waiter_ = new (place_.data()) chosen(std::move(rest));
        awaited_ = &may;
        if (slot.is_connected()) {
            slot.assign([this](boost::asio::cancellation_type) { cancel(); });
        }
        if (may || !is_open()) go_on_later(is_open());
    };
    return boost::asio::async_initiate<const boost::asio::deferred_t, void(bool)>(
        begin, boost::asio::deferred
    );
}

inline auto stream_socket::readable() {
    return wait(may_read_);
}

inline auto stream_socket::writable() {
    return wait(may_write_);
}

}  // namespace makegood::http
