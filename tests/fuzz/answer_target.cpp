#include <boost/json/parse.hpp>
#include <charconv>

#include "adapters/participants/retry_after.hpp"
#include "engine/assert.hpp"
#include "engine/limits.hpp"
#include "engine/step.hpp"
#include "kept_values.hpp"
#include "known_sagas.hpp"
#include "sagas/json/card_numbers.hpp"
#include "statestore/codec.hpp"
#include "targets.hpp"
#include "tests/sagas/shop.hpp"

// Input: `checkout.quote 503 120`, a line feed, the body: the call, the status, Retry-After. A name
// that no call has stands for some call, so that no input is lost.
namespace makegood::fuzz {
namespace {

using testing::start_time;

std::string_view take_until(std::string_view& rest, char separator) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
}

const open_call& call_of(std::string_view name) {
    const auto& calls = all_known_sagas().calls;
    for (const open_call& each : calls) {
        if (each.name() == name) return each;
    }
    return calls[stable_hash(name) % calls.size()];
}

void check_text(std::string_view text) {
    ASSERT(!json::holds_card_number(text));
}

void check_detail(std::string_view text) {
    check_text(text);
    ASSERT(text.size() <= limits::detail_bytes_max);
}

// Checks an answer against the table "How an answer is read", and makes it the entry that the
// engine would journal.
struct reading {
    const call_reference call;
    const backend_answer& answer;

    [[nodiscard]] bool success() const { return answer.status >= 200 && answer.status < 300; }
    [[nodiscard]] bool busy() const {
        const unsigned status = answer.status;
        return status == 408 || status == 425 || status == 429 || (status >= 500 && status < 600);
    }

    event operator()(const answered_done& done) const {
        const bool missing_is_fine =
            call.call.value == "read_reservation" || call.call.value == "clear_cart";
        ASSERT(success() || (answer.status == 404 && missing_is_fine));
        ASSERT(!keeps_card_number(done.learnt));
        return call_done{call, done.learnt};
    }
    event operator()(const answered_waiting& waiting) const {
        ASSERT(answer.status == 202);
        ASSERT(!keeps_card_number(waiting.learnt));
        return call_waiting{call, waiting.learnt};
    }
    event operator()(const answered_refused& no) const {
        ASSERT(!busy() && answer.status != 401 && answer.status != 403 && !no.code.empty());
        check_detail(no.code);
        check_detail(no.detail);
        return call_refused{call, no.code, no.detail};
    }
    event operator()(const answered_retry& again) const {
        ASSERT(busy() && again.retry_after == answer.retry_after);
        check_detail(again.detail);
        return call_failed{call, again.detail, start_time + duration{1}, false};
    }
    event operator()(const answered_unknown& lost) const {
        ASSERT(success());
        check_detail(lost.detail);
        return call_exhausted{call, lost.detail};
    }
    event operator()(const answered_denied& no) const {
        ASSERT(!success() && !busy());
        check_text(no.detail);
        return call_denied{call, no.detail};
    }
};

// What follows from the answer must be fit for the journal, for the next calls and for the view.
void check_step(saga_record saga, const event& happened) {
    const definition& meaning = *saga.definition;
    const std::string entry = statestore::encode_event(happened);
    const auto decoded = statestore::decode_event(entry, meaning);
    ASSERT(decoded && *decoded == happened);
    const step_outcome outcome = step(saga, {saga.sequence + 1, start_time, happened});
    ASSERT(outcome.listed);
    for (const call_reference& each : outcome.opened) {
        const call_spec& spec = meaning.call(each.call);
        const call_request request = meaning.request(spec, each.ordinal, saga);
        ASSERT(request.target.starts_with('/'));
        boost::system::error_code error;
        if (!request.body.empty()) boost::json::parse(request.body, error);
        ASSERT(!error);
        ASSERT(!meaning.idempotency_key_of(spec, each.ordinal, saga).empty());
    }
    boost::system::error_code error;
    ASSERT(boost::json::parse(meaning.render(saga, {}), error).is_object() && !error);
}

}  // namespace

void answer(std::string_view bytes) {
    std::string_view line = take_until(bytes, '\n');
    const open_call& open = call_of(take_until(line, ' '));
    const std::string_view digits = take_until(line, ' ');
    backend_answer answer{.status = 200, .body = std::string(bytes), .retry_after = {}};
    std::from_chars(digits.data(), digits.data() + digits.size(), answer.status);
    answer.status %= 1000;
    answer.retry_after = parse_retry_after(line, start_time);
    ASSERT(!answer.retry_after || *answer.retry_after >= duration{0});
    const call_answer read =
        open.saga.definition->read_answer(*open.spec, open.ordinal, open.saga, answer);
    const call_reference call{open.spec->name, open.ordinal};
    const bool unsettled = std::holds_alternative<answered_unknown>(read);
    const event happened = std::visit(reading{call, answer}, read);
    // Persistent calls are asked again when nobody knows what happened.
    if (unsettled && open.spec->tries == persistence::persistent) return;
    check_step(open.saga, happened);
}

}  // namespace makegood::fuzz
