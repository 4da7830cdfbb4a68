#include "adapters/api/checkout_commands.hpp"

#include <optional>
#include <utility>

#include "adapters/api/body_check.hpp"
#include "adapters/api/body_reader.hpp"
#include "adapters/api/checkout_bodies.hpp"
#include "adapters/api/saga_response.hpp"
#include "adapters/lane/until_told.hpp"
#include "engine/limits.hpp"

namespace makegood {

namespace {

or_problem<command> read_cancel_body(std::string_view body) {
    or_problem<body_reader> reader = body_reader::open(body.empty() ? "{}" : body);
    if (!reader) return reader.error();
    operator_acted acted = read_cancel(*reader);
    if (auto wrong = reader->finish()) return *wrong;
    return command(std::move(acted));
}

or_problem<command> read_signal_body(std::string_view body) {
    or_problem<body_reader> reader = body_reader::open(body);
    if (!reader) return reader.error();
    signal_received received = read_payment_signal(*reader);
    if (auto wrong = reader->finish()) return *wrong;
    return command(std::move(received));
}

or_problem<command> read_act(std::string_view body, operator_verb verb) {
    or_problem<body_reader> reader = body_reader::open(body.empty() ? "{}" : body);
    if (!reader) return reader.error();
    operator_acted acted{verb, {}, {}};
    acted.actor = reader->required_text("actor", limits::actor_bytes_max);
    acted.reason = reader->required_text("reason", limits::reason_bytes_max);
    if (auto wrong = reader->finish()) return *wrong;
    return command(std::move(acted));
}

or_problem<command> read_resolve(std::string_view body) {
    or_problem<body_reader> reader = body_reader::open(body.empty() ? "{}" : body);
    if (!reader) return reader.error();
    resolve_request wanted;
    wanted.call = reader->required_text("call", call_bytes_max);
    wanted.needed = reader->required_word("outcome", {"done", "not_needed"}) == 0;
    wanted.actor = reader->required_text("actor", limits::actor_bytes_max);
    wanted.reason = reader->required_text("reason", limits::reason_bytes_max);
    if (auto wrong = reader->finish()) return *wrong;
    return command(std::move(wanted));
}

awaited_response run_command(lane& owner, saga_id id, command wanted) {
    auto ask = [&owner, id, wanted = std::move(wanted)](continuation<saga_answer> done) mutable {
        owner.submit(id, std::move(wanted), std::move(done));
    };
    auto asking = until_told<saga_answer>(std::move(ask));
    saga_answer answer = co_await std::move(asking);
    co_return saga_response(std::move(answer), 202);
}

// The definition of that saga; nothing when it is no saga's id.
const definition* meaning_of(const api_context& in, const std::optional<saga_id>& id) {
    return id ? in.registry.by_prefix(id->prefix()) : nullptr;
}

template <class Read>
awaited_response command_saga(
    const api_context& in, const routed_request& asked, std::optional<saga_id> id, Read read
) {
    if (!id) return answered(problem_of(refusal::not_found, {}));
    if (const auto refused = refuse_unfit_body(in, asked.message)) return answered(*refused);
    or_problem<command> wanted = read(asked.message.body);
    if (!wanted) return answered(wanted.error());
    return run_command(in.lanes.of(*id), *id, std::move(*wanted));
}

template <class Read>
awaited_response command_checkout(const api_context& in, const routed_request& asked, Read read) {
    return command_saga(in, asked, saga_id::parse(asked.segments[0]), std::move(read));
}

}  // namespace

awaited_response cancel_checkout(const api_context& in, routed_request asked) {
    return command_checkout(in, asked, read_cancel_body);
}

awaited_response signal_payment(const api_context& in, routed_request asked) {
    return command_checkout(in, asked, read_signal_body);
}

awaited_response signal_shipment(const api_context& in, routed_request asked) {
    std::optional<saga_id> id = saga_id::parse(asked.segments[0]);
    if (const definition* meaning = meaning_of(in, id)) id = meaning->listener(*id);
    const definition* listener = meaning_of(in, id);
    if (listener == nullptr) return answered(problem_of(refusal::not_found, {}));
    // Who sends it has no name of its own at this door.
    const auto read = [listener](std::string_view body) -> or_problem<command> {
        auto told = listener->read_report(body, "signal");
        if (!told) return problem_of(told.error());
        return command(std::move(*told));
    };
    return command_saga(in, asked, id, read);
}

awaited_response act_on_checkout(const api_context& in, routed_request asked, operator_verb verb) {
    const auto read = [verb](std::string_view body) { return read_act(body, verb); };
    return command_checkout(in, asked, read);
}

awaited_response resolve_call(const api_context& in, routed_request asked) {
    return command_checkout(in, asked, read_resolve);
}

}  // namespace makegood
