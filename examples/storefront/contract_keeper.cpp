#include "examples/storefront/contract_keeper.hpp"

#include <fmt/format.h>

#include "examples/storefront/broken_rules.hpp"

namespace storefront {
namespace {

answer not_applied(unsigned status, std::string_view code, std::string_view detail) {
    return refusal(status, std::string{code}, std::string{detail}).as_answer();
}

// The answer that keeps the call from being applied, if the treatment has one.
std::optional<answer> turned_away(const std::optional<treatment>& treat) {
    if (!treat) return std::nullopt;
    const auto status = [&](unsigned otherwise) {
        return treat->status != 0 ? treat->status : otherwise;
    };
    const auto code = [&](std::string_view otherwise) {
        return treat->code.empty() ? otherwise : std::string_view{treat->code};
    };
    switch (treat->mode) {
        case misbehaviour::error:
            return not_applied(status(503), code("unavailable"), "nothing was done; try again");
        case misbehaviour::unauthorized:
            return not_applied(
                status(401), code("unauthorized"), "the credential was not accepted"
            );
        case misbehaviour::lost_request: return answer{.status = 0, .body = {}};
        case misbehaviour::lost_answer:
        case misbehaviour::malformed:
        case misbehaviour::hang:
        case misbehaviour::slow:
        case misbehaviour::late:
        case misbehaviour::refuse: return std::nullopt;
    }
    return std::nullopt;
}

bool is_refused(const std::optional<treatment>& treat) {
    return treat && treat->mode == misbehaviour::refuse;
}

answer refused(const treatment& treat) {
    return not_applied(
        treat.status != 0 ? treat.status : 409, treat.code.empty() ? "refused" : treat.code,
        "refused by a behaviour rule"
    );
}

// Nothing of the call is left, and its key stays free for another try.
answer fault_of(const route& to, const std::exception& fault) {
    return not_applied(
        500, "internal_error", fmt::format("{}: {}; nothing was done", to.name, fault.what())
    );
}

}  // namespace

answer contract_keeper::carry_out(
    const route& to, const call& arrived, const std::optional<treatment>& treat
) {
    if (auto away = turned_away(treat)) return *std::move(away);
    try {
        if (!arrived.key.empty() && to.keys != key_use::none) return once(to, arrived, treat);
        return is_refused(treat) ? refused(*treat) : all_or_nothing(to, arrived);
    } catch (const refusal& why) {
        return why.as_answer();
    } catch (const database_error&) {
        throw;
    } catch (const std::exception& fault) {
        return fault_of(to, fault);
    }
}

answer contract_keeper::once(
    const route& to, const call& arrived, const std::optional<treatment>& treat
) {
    const auto fingerprint = fingerprint_of(arrived);
    if (auto first = answers_.first_answer(arrived, fingerprint)) {
        if (!is_broken(rule::repeated_key)) return *std::move(first);
        throw refusal(409, "duplicate_request", "this call was answered before");
    }
    auto first = is_refused(treat) ? refused(*treat) : all_or_nothing(to, arrived);
    // A failure of the service's own is no answer to remember: the caller may try again.
    if (first.status < 500) answers_.keep(arrived, fingerprint, first);
    return first;
}

answer contract_keeper::all_or_nothing(const route& to, const call& arrived) {
    if (to.keys == key_use::none) return to.handle(arrived);
    store_.mark();
    try {
        auto done = to.handle(arrived);
        store_.keep_since_mark();
        return done;
    } catch (const refusal& why) {
        is_broken(rule::all_or_nothing) ? store_.keep_since_mark() : store_.undo_to_mark();
        return why.as_answer();
    } catch (const std::exception& fault) {
        store_.undo_to_mark();
        return fault_of(to, fault);
    }
}

}  // namespace storefront
