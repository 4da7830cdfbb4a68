#include "cli/timeline.hpp"

#include <boost/json/parse.hpp>

#include "cli/advice.hpp"

using namespace makegood;
using namespace makegood::cli;
namespace json = boost::json;

namespace {

const instant looked_at = *parse_instant("2026-11-20T08:15:40.000Z");

const char* const parked_checkout = R"({
  "id": "chk_1", "saga": "checkout", "version": 1, "status": "parked", "state": "voiding",
  "customer_id": "cus_42", "total": {"amount": 12999, "currency": "USD"},
  "reason": {"code": "order_refused", "step": "ordering", "detail": "closed"},
  "parked": {"code": "attempts_exhausted", "detail": "void_payment: 503", "open": ["void_payment:2"]},
  "waiting_for": [{"call": "void_payment:2", "circuit": "open", "retry_at": "2026-11-20T08:15:41.000Z"}],
  "attempt": 11, "next_attempt_at": "2026-11-20T08:20:40.000Z",
  "created_at": "2026-11-20T08:15:30.000Z", "updated_at": "2026-11-20T08:15:39.000Z"})";

const char* const journal = R"([
  {"seq": 1, "at": "2026-11-20T08:15:30.000Z", "event": "started", "to": "ordering", "effects": ["create_order"]},
  {"seq": 2, "at": "2026-11-20T08:15:30.250Z", "event": "attempt_failed", "from": "ordering", "to": "ordering",
   "call": "create_order", "attempt": 1, "detail": "503", "next_attempt_at": "2026-11-20T08:15:30.300Z"},
  {"seq": 3, "at": "2026-11-20T08:15:32.400Z", "event": "order_refused", "from": "ordering", "to": "voiding",
   "call": "create_order", "attempt": 2, "detail": "closed\u001b[2J", "effects": ["void_payment:2"]}])";

std::string shown(const char* checkout) {
    return timeline_text(
        json::parse(checkout).as_object(), read_journal(json::parse(journal).as_array()), looked_at,
        {}
    );
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a timeline shows each state with its time, its length and what happened in it") {
    const std::string text = shown(parked_checkout);
    INFO(text);
    CHECK(has(text, "08:15:30.000  ○ ordering  2.4 s  after started"));
    CHECK(has(text, "calls  create_order"));
    CHECK(has(text, "+250 ms  attempt_failed  attempt 1  create_order: 503; next attempt"));
    CHECK(has(text, "08:15:32.400  ● voiding  7.6 s so far  after order_refused"));
    CHECK(has(text, "129.99 USD"));
    CHECK(has(text, "order_refused in ordering: closed"));
}

TEST_CASE("a backend's text cannot draw on the terminal") {
    CHECK_FALSE(has(shown(parked_checkout), "\x1b"));
    CHECK(has(shown(parked_checkout), "closed\\x1b[2J"));
}

TEST_CASE("a parked checkout comes with what to type") {
    const std::string text = shown(parked_checkout);
    INFO(text);
    CHECK(has(text, "parked: attempts_exhausted: void_payment: 503"));
    CHECK(has(text, "makegood explain attempts_exhausted"));
    CHECK(has(text, "makegood retry chk_1"));
    CHECK(has(text, "makegood resolve chk_1 --call void_payment:2 --outcome done"));
    CHECK(has(text, "(in 5 min 0 s), number 11"));
    CHECK(has(text, "circuit open"));
}

TEST_CASE("a held checkout is resumed, not retried") {
    const auto checkout = json::parse(
        R"({"id": "chk_1", "status": "parked", "parked": {"code": "held", "detail": "audit", "open": []}})"
    );
    const std::string text = advice_text(checkout.as_object(), looked_at, {});
    CHECK(has(text, "makegood resume chk_1"));
    CHECK_FALSE(has(text, "makegood retry"));
}

TEST_CASE("a task is resolved, not retried, and the parcel is shown") {
    const std::string text = shown(R"({"id": "ful_1", "status": "parked", "state": "settling_loss",
        "shipment": {"status": "lost", "at": "2026-11-20T08:15:30.000Z", "tracking": "1Z 999"},
        "parked": {"code": "shipment_lost", "detail": "settle_loss: …", "open": ["settle_loss"]}})"
    );
    INFO(text);
    CHECK(has(text, "lost at 2026-11-20T08:15:30.000Z, tracking 1Z 999"));
    CHECK(has(text, "makegood resolve ful_1 --call settle_loss --outcome done"));
    CHECK(has(text, "makegood explain shipment_lost"));
    CHECK_FALSE(has(text, "makegood retry"));
}

TEST_CASE("a checkout that has ended needs no advice and has no open time") {
    const char* const completed = R"({"id": "chk_1", "status": "completed", "state": "completed"})";
    CHECK(advice_text(json::parse(completed).as_object(), looked_at, {}).empty());
    CHECK_FALSE(has(shown(completed), "so far"));
}
