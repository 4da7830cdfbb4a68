#include "adapters/http/endpoints.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

namespace makegood::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto reported = asio::as_tuple(asio::use_awaitable);

endpoint_source::addresses addresses_without_look_up(
    const std::string& host, const std::string& port
) {
    std::uint16_t number = 0;
    const char* end = port.data() + port.size();
    const auto read = std::from_chars(port.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return {};
    if (host == "localhost") {
        // RFC 6761 6.3: it is the loopback interface, whatever a name server says.
        return {
            {asio::ip::address_v4::loopback(), number}, {asio::ip::address_v6::loopback(), number}};
    }
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) return {};
    return {{address, number}};
}

}  // namespace

endpoint_source::endpoint_source(asio::io_context& io, std::string host, std::string port)
    : host_(std::move(host)),
      port_(std::move(port)),
      fixed_(addresses_without_look_up(host_, port_)),
      known_(fixed_),
      resolver_(io) {}

asio::awaitable<endpoint_source::addresses> endpoint_source::find(
    std::shared_ptr<endpoint_source> self, instant deadline
) {
    if (!self->known_.empty() || self->closed_) co_return self->known_;
    if (!self->looking_up_) self->look_up();
    // A look-up cannot be interrupted once the system has it, so everybody waits on a timer of
    // theirs.
    const auto own =
        self->waiting_.emplace(self->waiting_.end(), self->resolver_.get_executor(), deadline);
    auto waiting = own->async_wait(reported);
    co_await std::move(waiting);
    self->waiting_.erase(own);
    co_return self->known_;
}

void endpoint_source::look_up() {
    looking_up_ = true;
    resolver_.async_resolve(
        host_, port_, tcp::resolver::numeric_service,
        [weak = weak_from_this()](error_code, const tcp::resolver::results_type& results) {
            if (const auto self = weak.lock()) self->found(results);
        }
    );
}

void endpoint_source::found(const tcp::resolver::results_type& results) {
    looking_up_ = false;
    for (const auto& result : results)
        known_.push_back(result.endpoint());
    for (asio::steady_timer& each : waiting_)
        each.cancel();
}

void endpoint_source::forget() {
    known_ = fixed_;
}

void endpoint_source::close() {
    closed_ = true;
    resolver_.cancel();
    for (asio::steady_timer& each : waiting_)
        each.cancel();
}

}  // namespace makegood::http
