#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>

namespace makegood::http {

// Tells sockets when the kernel has something for them. The sockets of one io_context hang on one
// epoll descriptor, and that one on Asio's reactor: however many are ready, a pass of the loop asks
// the kernel once, and each goes on without a queue, a lock or a read that finds nothing. A service
// of its io_context, which has to run on one thread; all members are called there.
class readiness final : public boost::asio::execution_context::service {
public:
    inline static boost::asio::execution_context::id id;

    // Something that has a descriptor. Edge-triggered: what has been told is not told again before
    // the kernel has found nothing more, or something new has come.
    class entry : public boost::intrusive::list_base_hook<> {
    public:
        // EPOLLIN and so on. May remove this entry and others.
        virtual void ready(std::uint32_t events) = 0;
        // The io_context goes; nothing will be told any more.
        virtual void abandoned() = 0;

    protected:
        ~entry() = default;
    };

    explicit readiness(boost::asio::io_context& io);
    ~readiness() override;

    // Asks for everything but EPOLLOUT, which `ask_for_room` adds. False when the kernel refuses.
    [[nodiscard]] bool add(int descriptor, entry& newcomer);
    void ask_for_room(int descriptor, entry& writer);
    // To be called before the descriptor is closed.
    void remove(int descriptor, entry& leaver);

private:
    void shutdown() override;
    void listen();
    void tell();

    boost::asio::posix::stream_descriptor epoll_;
    boost::intrusive::list<entry, boost::intrusive::constant_time_size<false>> entries_;
    bool listening_ = false;

    // What the kernel reported last; an entry that is removed before its turn is struck out.
    std::array<epoll_event, 128> events_{};
    std::size_t told_ = 0;
    std::size_t reported_ = 0;
};

}  // namespace makegood::http
