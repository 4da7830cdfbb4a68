#include <fmt/format.h>

#include "adapters/telemetry/trace_context.hpp"
#include "conformance/case_groups.hpp"

namespace makegood::conformance {

namespace {

constexpr std::chrono::milliseconds rest_between_calls{250};

const doing* doing_of(backend_kind backend) {
    for (const doing& each : doings()) {
        if (each.of == backend) return &each;
    }
    return nullptr;
}

// A call that any backend of the kind answers, whatever it holds.
backend_call ordinary_call(trial& in, backend_kind backend) {
    const auto ids = in.fresh_ids();
    const doing* what = doing_of(backend);
    if (what == nullptr) return {"GET", "/v1/carts/cart_" + ids.suffix, {}, ids.key("read_cart")};
    if (!what->undo_name.empty()) in.afterwards(what->undo(ids));
    return what->make(in.options(), ids);
}

bool answered_well(const trial& in, const exchange& seen, backend_kind backend) {
    return backend == backend_kind::cart ? seen.status == 404 : in.is_done(seen);
}

void keeps_alive(trial& in, backend_kind backend) {
    const std::vector<backend_call> calls{ordinary_call(in, backend), ordinary_call(in, backend)};
    const auto seen = in.send_on_one_connection(calls, rest_between_calls);
    for (const exchange& each : seen.exchanges) {
        in.expect(answered_well(in, each, backend), "the call's usual answer", each);
    }
    in.expect(
        seen.exchanges.size() == calls.size(), "the connection to stay open for the next call",
        seen.exchanges.back()
    );
}

void accepts_the_engines_fields(trial& in, backend_kind backend) {
    std::array<std::uint8_t, 24> numbers{};
    for (std::size_t position = 0; position < numbers.size(); ++position) {
        numbers[position] = static_cast<std::uint8_t>(position + 1);
    }
    auto call = ordinary_call(in, backend);
    call.fields = {{"traceparent", fresh_traceparent(numbers)}, {"Makegood-Deadline-Ms", "5000"}};
    const exchange seen = in.send(std::move(call));
    in.expect(answered_well(in, seen, backend), "the call's usual answer", seen);
}

using check = void (*)(trial&, backend_kind);

contract_case of(backend_kind backend, std::string_view rule_name, check run) {
    const doing* what = doing_of(backend);
    return case_of(
        backend, fmt::format("http.{}", rule_name),
        {what != nullptr ? what->case_id("done") : "cart.read.never_seen"},
        [run, backend](trial& in) { run(in, backend); }
    );
}

}  // namespace

void add_connection_cases(case_list& to, backend_kind backend) {
    const auto name = name_of(backend);
    add_case(
        to, of(backend, "keep_alive", keeps_alive),
        fmt::format("The {} backend keeps HTTP/1.1 connections open.", name),
        "A connection for each call runs out of ports in a rush, and checkouts fail as unreachable."
    );
    add_case(
        to, of(backend, "engine_headers", accepts_the_engines_fields),
        fmt::format(
            "The {} backend takes calls with `traceparent` and `Makegood-Deadline-Ms`.", name
        ),
        "The engine sends both with every call; otherwise no checkout gets through."
    );
}

}  // namespace makegood::conformance
