#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "adapters/lane/continuation.hpp"

namespace makegood {

// Suspends a coroutine until somebody tells it a value. `ask` is called at once with the
// continuation to tell it to, which may be called on any thread: the coroutine goes on where it
// was, always through the queue of its own io_context and never inside the call. Keep the returned
// object in a variable and await that (GCC 12 miscompiles lambdas inside a co_await expression).
template <class Value, class Ask>
[[nodiscard]] boost::asio::awaitable<Value> until_told(Ask ask) {
    namespace asio = boost::asio;
    auto begin = [](auto handler, Ask asked) {
        auto home = asio::get_associated_executor(handler);
        asked(continuation<Value>([home, handler = std::move(handler)](Value value) mutable {
            asio::post(home, [handler = std::move(handler), value = std::move(value)]() mutable {
                std::move(handler)(std::move(value));
            });
        }));
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Value)>(
        std::move(begin), asio::use_awaitable, std::move(ask)
    );
}

}  // namespace makegood
