#include "adapters/api/checkout_start.hpp"

#include <utility>

#include "adapters/api/checkout_bodies.hpp"
#include "adapters/api/idempotency_key_field.hpp"
#include "adapters/api/saga_response.hpp"
#include "adapters/lane/until_told.hpp"

namespace makegood {

namespace {

struct start_wish {
    new_saga wanted;
    preferences wished;
};

or_problem<start_wish> read_start(const api_context& in, routed_request& asked) {
    or_problem<idempotency_key> key = read_idempotency_key(asked.message.fields);
    if (!key) return key.error();
    if (const auto refused = refuse_other_media(asked.message)) return *refused;
    or_problem<new_saga> wanted = read_new_checkout(
        in.registry, std::move(*key), asked.message.body, std::move(asked.traceparent)
    );
    if (!wanted) return wanted.error();
    return start_wish{std::move(*wanted), read_preferences(asked.message.fields)};
}

awaited_response run_start(lane& owner, start_wish wish) {
    const duration wait = wish.wished.wait.value_or(duration{0});
    auto ask = [&owner, wait, wanted = std::move(wish.wanted)](continuation<saga_answer> done
               ) mutable { owner.start(std::move(wanted), wait, std::move(done)); };
    auto asking = until_told<saga_answer>(std::move(ask));
    saga_answer answer = co_await std::move(asking);

    const bool done = !problem_of(answer).has_value();
    const bool ended = answer.ended;
    const bool replayed = answer.replayed;
    const std::string location = done ? "/v1/checkouts/" + answer.id.text() : std::string();
    http::response response = saga_response(std::move(answer), ended ? 200 : 202);
    if (!done) co_return response;
    response.fields.add("Location", location);
    if (replayed) response.fields.add("Idempotent-Replayed", "true");
    add_preference_applied(response, wish.wished, !ended);
    co_return response;
}

}  // namespace

awaited_response start_checkout(const api_context& in, routed_request asked) {
    or_problem<start_wish> wish = read_start(in, asked);
    if (!wish) return answered(wish.error());
    lane& owner = in.lanes.of(wish->wanted.document.customer);
    return run_start(owner, std::move(*wish));
}

}  // namespace makegood
