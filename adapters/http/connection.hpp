#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <memory>
#include <string>

#include "adapters/http/client.hpp"
#include "adapters/http/deadline_watch.hpp"
#include "adapters/http/endpoints.hpp"
#include "adapters/http/message_reader.hpp"
#include "adapters/http/stream_socket.hpp"

namespace makegood::http {

struct in_use_tag;
// Its place among the connections of a pool that are in use.
using in_use_hook = boost::intrusive::list_base_hook<
    boost::intrusive::tag<in_use_tag>,
    boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// One connection of a client: opened, used for one exchange after the other, closed by its first
// fault. Owned by the exchange that uses it or by the pool's idle list; confined to the client's
// thread.
class connection final : public deadline_watch::entry, public in_use_hook {
public:
    using idle_end = std::function<void(connection&)>;

    // `on_idle_end` is told when it has rested for too long, and may destroy it.
    connection(
        boost::asio::io_context& io,
        std::shared_ptr<deadline_watch> deadlines,
        reader_limits limits,
        idle_end on_idle_end
    );

    // Empty when it is open now; otherwise why it is not, for people.
    boost::asio::awaitable<std::string> open(
        std::shared_ptr<endpoint_source> endpoints, instant deadline
    );
    // The request of the exchanges that follow.
    void prepare(const request& message, const origin& where);
    // Sends the request and receives its answer. Closes the connection unless another exchange may
    // follow.
    boost::asio::awaitable<void> exchange(instant deadline);

    // How the last exchange went.
    [[nodiscard]] bool sent() const { return sent_; }  // the kernel took a byte of the request
    [[nodiscard]] bool was_stale() const;              // closed before a byte of an answer came
    [[nodiscard]] exchange_result take_result();

    [[nodiscard]] bool is_open() const { return socket_.is_open(); }
    // The server has neither closed it nor said anything unasked: that would be taken for the
    // answer.
    [[nodiscard]] bool is_usable() { return socket_.is_silent(); }
    void rest_until(instant at);
    void close();
    void cut();  // close, while an exchange is under way

private:
    enum class ending { none, deadline, cut };

    void deadline_passed() override;
    boost::asio::awaitable<void> send_rest(std::size_t bytes);
    bool receive();
    bool understand();
    bool is_answered();
    exchange_failure failure_kind() const;
    std::string failure_detail() const;

    // Constant after construction.
    const idle_end on_idle_end_;

    // Confined to the client's thread.
    boost::asio::ip::tcp::socket connecting_;
    stream_socket socket_;
    message_reader<response> reader_;
    std::string text_;
    boost::system::error_code sending_;
    boost::system::error_code receiving_;
    std::size_t interim_answers_ = 0;
    bool sent_ = false;
    ending ending_ = ending::none;
    bool is_head_ = false;
    bool is_resting_ = false;
};

}  // namespace makegood::http
