#include <fmt/format.h>

#include <array>

#include "conformance/case_groups.hpp"

namespace makegood::conformance {

namespace {

constexpr std::size_t races_count = 24;

// A do under an id that was undone, with a key of its own so that no stored answer hides the truth.
backend_call late_do(const trial& in, const doing& what, const trial_ids& ids) {
    auto late = what.make(in.options(), ids);
    late.key = ids.key(what.call, "late");
    return late;
}

void expect_undone(trial& in, const exchange& late) {
    in.expect(late.status == 409 && late.code() == "undone", "409 with code `undone`", late);
}

void undoes_what_never_was(trial& in, const doing& what) {
    const auto ids = in.fresh_ids();
    in.expect_success(in.send(what.undo(ids)));
}

void refuses_the_late_do(trial& in, const doing& what) {
    const auto ids = in.fresh_ids();
    const exchange undone = in.send(what.undo(ids));
    in.prepared(in.is_done(undone), "the undo did not work", undone);
    in.afterwards(what.undo(ids, "again"));
    expect_undone(in, in.send(what.make(in.options(), ids)));
}

void really_undoes(trial& in, const doing& what) {
    const auto ids = in.fresh_ids();
    what.prepare(in, ids);
    const exchange undone = in.send(what.undo(ids));
    in.expect_success(undone);
    expect_undone(in, in.send(late_do(in, what, ids)));
}

void repeats_the_undo(trial& in, const doing& what) {
    const auto ids = in.fresh_ids();
    what.prepare(in, ids);
    const exchange first = in.send(what.undo(ids));
    in.prepared(in.is_done(first), "the undo did not work", first);
    const exchange again = in.send(what.undo(ids));
    in.expect(again.same_answer(first), "the first answer again", again);
}

void undoes_twice(trial& in, const doing& what) {
    const auto ids = in.fresh_ids();
    what.prepare(in, ids);
    const exchange first = in.send(what.undo(ids));
    in.prepared(in.is_done(first), "the undo did not work", first);
    in.expect_success(in.send(what.undo(ids, "again")));
}

// What may follow a do, and would show that it stands although its undo was answered.
struct follower {
    std::string_view of;
    std::string_view verb;
    std::string_view call;
    std::string_view refused_in;  // the case that it is refused after the undo
};
constexpr std::array followers{
    follower{
        "reserve_inventory", "confirm", "confirm_inventory", "inventory.confirm.after_release"},
    follower{"authorize_payment", "capture", "capture_payment", "payment.capture.after_void"}};

const follower* follower_of(const doing& what) {
    for (const auto& each : followers) {
        if (each.of == what.call) return &each;
    }
    return nullptr;
}

// Do and undo of the same thing at once, many pairs, each of the two ahead in every other pair.
void survives_races(trial& in, const doing& what) {
    std::vector<trial_ids> pairs;
    std::vector<backend_call> calls;
    for (std::size_t number = 0; number < races_count; ++number) {
        const auto ids = pairs.emplace_back(in.fresh_ids());
        in.afterwards(what.undo(ids, "again"));
        const bool do_first = number % 2 == 0;
        calls.push_back(do_first ? what.make(in.options(), ids) : what.undo(ids));
        calls.push_back(do_first ? what.undo(ids) : what.make(in.options(), ids));
    }
    const auto answers = in.send_at_once(std::move(calls));
    for (std::size_t number = 0; number < answers.size(); ++number) {
        const bool is_do = number % 2 == (number / 2) % 2;
        const exchange& each = answers[number];
        if (!is_do) in.expect_success(each);
        const bool barred = each.status == 409 && each.code() == "undone";
        if (is_do) in.expect(barred || in.is_done(each), "a success or 409 `undone`", each);
    }
    for (const auto& ids : pairs) {
        expect_undone(in, in.send(late_do(in, what, ids)));
        if (const auto* next = follower_of(what)) {
            in.expect_refused(in.send(what.follow_up(ids, next->verb, next->call)));
        }
    }
}

void add_undo_first_cases(case_list& to, const doing& what) {
    add_case(
        to, case_of(what, what.undo_case_id("never_seen"), {}, undoes_what_never_was),
        fmt::format("The undo of a `{}` that was never seen succeeds.", what.call),
        "The engine undoes what may have happened; a no here keeps it trying until a person is "
        "called."
    );
    const std::string never_seen = what.undo_case_id("never_seen");
    add_case(
        to,
        case_of(
            what, what.case_id("late"), {what.case_id("done"), never_seen}, refuses_the_late_do
        ),
        fmt::format("`{}` that arrives after its undo is refused with 409 `undone`.", what.call),
        fmt::format("A call that timed out may arrive after its undo; otherwise {}.", what.stays)
    );
}

}  // namespace

void add_undo_cases(case_list& to, const doing& what) {
    add_undo_first_cases(to, what);
    const std::string done = what.case_id("done");
    const std::string takes_effect = what.undo_case_id("takes_effect");
    add_case(
        to, case_of(what, takes_effect, {done}, really_undoes),
        fmt::format("The undo of `{}` undoes it, and its id stays undone.", what.call),
        fmt::format("A failed checkout is made good by its undos; otherwise {}.", what.stays)
    );
    add_case(
        to, case_of(what, what.undo_case_id("repeated_key"), {takes_effect}, repeats_the_undo),
        fmt::format("The undo of `{}` with a repeated key gets the first answer.", what.call),
        "The engine repeats an undo until it is answered; a no to what is undone calls a person."
    );
    add_case(
        to, case_of(what, what.undo_case_id("twice"), {takes_effect}, undoes_twice),
        fmt::format("Undoing a `{}` that is undone already succeeds.", what.call),
        "Operators and a restored engine undo again; a no to what is undone calls a person."
    );
}

void add_race_case(case_list& to, const doing& what) {
    std::vector<std::string> needs{
        what.case_id("late"), what.undo_case_id("takes_effect"), what.undo_case_id("never_seen")};
    if (const auto* next = follower_of(what)) needs.emplace_back(next->refused_in);
    add_case(
        to, case_of(what, what.case_id("race"), std::move(needs), survives_races),
        fmt::format(
            "Of a `{}` and its undo at once, the undo prevails, whichever came first.", what.call
        ),
        fmt::format("A slow call and its undo do meet; otherwise, now and then, {}.", what.stays)
    );
}

}  // namespace makegood::conformance
