#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "adapters/lane/continuation.hpp"

namespace makegood {

// The coroutine that waits in until_told(): resumed once, by whoever comes first. Owned by the
// continuation that was handed out, confined to the thread of the coroutine.
template <class Value, class Handler>
class told_once {
public:
    explicit told_once(Handler handler) : handler_(std::move(handler)) {}

    void resume(std::exception_ptr cancelled, Value value) {
        if (!handler_) return;
        Handler taken = std::move(*handler_);
        handler_.reset();
        boost::asio::get_associated_cancellation_slot(taken).clear();
        std::move(taken)(std::move(cancelled), std::move(value));
    }
    void cancel() {
        using boost::system::system_error;
        resume(std::make_exception_ptr(system_error(boost::asio::error::operation_aborted)), {});
    }

private:
    std::optional<Handler> handler_;
};

// Suspends a coroutine until somebody tells it a value. `ask` is called at once with the
// continuation to tell it to, which may be called on any thread: the coroutine goes on where it
// was, always through the queue of its own io_context and never inside the call. A coroutine that
// is cancelled where it waits ends with operation_aborted; what it is told later is dropped. Keep
// the returned object in a variable and await that (GCC 12 miscompiles lambdas inside a co_await
// expression).
template <class Value, class Ask>
[[nodiscard]] boost::asio::awaitable<Value> until_told(Ask ask) {
    namespace asio = boost::asio;
    auto begin = [](auto handler, Ask asked) {
        auto home = asio::get_associated_executor(handler);
        auto slot = asio::get_associated_cancellation_slot(handler);
        using waiting = told_once<Value, decltype(handler)>;
        auto waits = std::make_shared<waiting>(std::move(handler));
        if (slot.is_connected()) {
            // Weak, because the slot belongs to what the coroutine keeps alive.
            slot.assign([home, weak = std::weak_ptr(waits)](asio::cancellation_type) {
                asio::post(home, [weak] {
                    if (const auto still = weak.lock()) still->cancel();
                });
            });
        }
        asked(continuation<Value>([home, waits](Value value) mutable {
            asio::post(home, [waits = std::move(waits), value = std::move(value)]() mutable {
                waits->resume(nullptr, std::move(value));
            });
        }));
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, Value)>(
        std::move(begin), asio::use_awaitable, std::move(ask)
    );
}

}  // namespace makegood
