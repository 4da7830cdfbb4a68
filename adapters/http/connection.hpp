#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "adapters/http/client.hpp"
#include "adapters/http/deadline_watch.hpp"
#include "adapters/http/endpoints.hpp"
#include "adapters/http/message_reader.hpp"

namespace makegood::http {

// One connection of a client: opened, used for one exchange after the other, closed by its first
// fault. Owned by the exchange that uses it or by the pool's idle list; confined to the client's
// thread.
class connection final : public deadline_watch::entry {
public:
    // How one exchange on this connection went.
    struct outcome {
        exchange_result result;
        bool sent = false;      // the kernel took at least one byte of the request
        bool answered = false;  // at least one byte of an answer came
    };

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
    // Sends the text of one request and receives its answer. Closes the connection unless another
    // exchange may follow. The text must live until the exchange has ended.
    boost::asio::awaitable<outcome> exchange(
        const std::string& text, bool is_head, instant deadline
    );

    [[nodiscard]] bool is_open() const { return socket_.is_open(); }
    // The server has neither closed it nor said anything unasked. Asks the kernel, does not wait.
    [[nodiscard]] bool is_usable();
    void rest_until(instant at);
    void close();
    void cut();  // close, while an exchange is under way

private:
    enum class ending { none, deadline, cut };

    void deadline_passed() override;
    boost::asio::awaitable<boost::system::error_code> send(const std::string& text, bool& sent);
    boost::asio::awaitable<boost::system::error_code> receive();
    exchange_result conclude(
        boost::system::error_code sending, boost::system::error_code receiving, bool sent
    );
    bool is_connected_to_itself() const;

    // Constant after construction.
    const idle_end on_idle_end_;

    // Confined to the client's thread.
    boost::asio::ip::tcp::socket socket_;
    message_reader<response> reader_;
    ending ending_ = ending::none;
    bool is_head_ = false;
    bool is_resting_ = false;
};

}  // namespace makegood::http
