#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "conformance/case_groups.hpp"
#include "conformance/field_faults.hpp"

namespace makegood::conformance {

namespace {

constexpr std::size_t twins_count = 16;

void is_done(trial& in, const doing& what) {
    const auto ids = in.fresh_ids();
    if (!what.undo_name.empty()) in.afterwards(what.undo(ids));
    in.expect_success(in.send(what.make(in.options(), ids)));
}

void repeats_the_answer(trial& in, const doing& what) {
    const auto ids = in.fresh_ids();
    const exchange first = what.prepare(in, ids);
    for (int repetition = 0; repetition < 2; ++repetition) {
        const exchange again = in.send(what.make(in.options(), ids));
        in.expect(again.same_answer(first), "the first answer again", again);
    }
}

// The engine listens until its time is over, then asks again: the first try may still be at work.
void answers_twins_alike(trial& in, const doing& what) {
    const auto ids = in.fresh_ids();
    if (!what.undo_name.empty()) in.afterwards(what.undo(ids));
    const auto answers =
        in.send_at_once(std::vector<backend_call>(twins_count, what.make(in.options(), ids)));
    const auto first = std::find_if(answers.begin(), answers.end(), [](const exchange& each) {
        return each.succeeded();
    });
    in.expect_success(first == answers.end() ? answers.front() : *first);
    for (const exchange& each : answers) {
        in.expect(
            each.same_answer(*first) || each.asks_for_retry(),
            fmt::format("the first answer ({}) or one that asks for a retry", first->status), each
        );
    }
}

// Under the key of the first, the same with another id (or, without ids, another checkout).
void refuses_another_payload(trial& in, const doing& what) {
    const auto ids = in.fresh_ids();
    const auto other_ids = in.fresh_ids();
    what.prepare(in, ids);
    auto other = what.make(in.options(), other_ids);
    other.key = ids.key(what.call);
    if (!what.undo_name.empty()) in.afterwards(what.undo(other_ids));
    const exchange seen = in.send(std::move(other));
    in.expect(
        seen.status == 422 && seen.code() == "idempotency_key_reused",
        "422 with code `idempotency_key_reused`", seen
    );
}

void ignores_unknown_members(trial& in, const doing& what) {
    const auto ids = in.fresh_ids();
    if (!what.undo_name.empty()) in.afterwards(what.undo(ids));
    auto body = what.body(in.options(), ids);
    body["x_conformance"] = boost::json::object{{"since", "a later version"}};
    in.expect_success(in.send(what.make(ids, body)));
}

void refuses_broken_json(trial& in, const doing& what) {
    for (const bool truncated : {true, false}) {
        const auto bad_ids = in.fresh_ids();
        const auto ids = in.fresh_ids();
        auto bad = what.make(in.options(), bad_ids);
        bad.body = truncated ? bad.body.substr(0, bad.body.size() / 2) : "this is no JSON";
        if (!what.undo_name.empty()) in.afterwards(what.undo(ids));
        const auto seen = in.send_on_one_connection({bad, what.make(in.options(), ids)});
        in.expect_refused(seen.exchanges.front());
        if (seen.exchanges.size() > 1) in.expect_success(seen.exchanges.back());
    }
}

void refuses_faulty_bodies(trial& in, const doing& what) {
    const auto good_ids = in.fresh_ids();
    if (!what.undo_name.empty()) in.afterwards(what.undo(good_ids));
    const auto good = what.body(in.options(), good_ids);
    for (const faulty_body& faulty : faulty_bodies(what.call, good)) {
        const auto ids = in.fresh_ids();
        const exchange seen = in.send(what.make(ids, faulty.body));
        in.expect(
            seen.refused(), fmt::format("a refusal with a JSON `code`, as {}", faulty.what), seen
        );
    }
}

// Of one rule; it needs that the doing works at all.
contract_case of(const doing& what, std::string_view rule, doing_check run) {
    return case_of(what, what.case_id(rule), {what.case_id("done")}, run);
}

void add_key_cases(case_list& to, const doing& what) {
    add_case(
        to, of(what, "repeated_key", repeats_the_answer),
        fmt::format("`{}` with a repeated key gets the first answer again.", what.call),
        fmt::format(
            "After a timeout the engine sends the call again with its key; otherwise {}.",
            what.twice
        )
    );
    auto twins = of(what, "twins", answers_twins_alike);
    twins.needs = {what.case_id("repeated_key")};
    add_case(
        to, std::move(twins),
        fmt::format(
            "Of {} equal calls of `{}` at once, one is done and all get its answer, or are asked "
            "to come back.",
            twins_count, what.call
        ),
        fmt::format(
            "A retry may arrive while the first try is still at work; otherwise {}, or a checkout "
            "fails that was done.",
            what.twice
        )
    );
    add_case(
        to, of(what, "other_payload", refuses_another_payload),
        fmt::format("`{}` with another payload under a known key is refused.", what.call),
        "An answer to another question would be believed: the caller takes for done what was not "
        "done."
    );
}

void add_input_cases(case_list& to, const doing& what) {
    add_case(
        to, of(what, "unknown_members", ignores_unknown_members),
        fmt::format("`{}` ignores members of the body that it does not know.", what.call),
        "A later engine may send more; otherwise its upgrade stops every checkout."
    );
    add_case(
        to, of(what, "broken_json", refuses_broken_json),
        fmt::format(
            "`{}` with a body that is not JSON is refused with a code, and the connection goes on "
            "or is closed cleanly.",
            what.call
        ),
        "A 5xx is retried for nothing, and an answer without a code parks the checkout for a "
        "person."
    );
    add_case(
        to, of(what, "invalid_field", refuses_faulty_bodies),
        fmt::format(
            "`{}` is refused with a code when a member that decides is missing or cannot be.",
            what.call
        ),
        "A quantity of -1 or an amount that is no number, once accepted, is wrong stock or wrong "
        "money."
    );
}

}  // namespace

void add_doing_cases(case_list& to, const doing& what) {
    add_case(
        to, case_of(what, what.case_id("done"), {}, is_done),
        fmt::format("`{}` is done and answered as the contract says.", what.call),
        "An answer that the engine cannot read is an unknown outcome: every checkout is undone."
    );
    if (what.keyed) add_key_cases(to, what);
    add_input_cases(to, what);
}

}  // namespace makegood::conformance
