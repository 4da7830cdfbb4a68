#include "conformance/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "adapters/clock/clock.hpp"
#include "conformance/trial.hpp"

namespace makegood::conformance {

namespace {

bool is_given(needed_option option, const suite_options& options) {
    switch (option) {
        case needed_option::none: return true;
        case needed_option::scarce_sku: return !options.scarce_sku.empty();
        case needed_option::declined_token: return !options.declined_token.empty();
        case needed_option::action_token: return !options.action_token.empty();
        case needed_option::cart_id: return !options.cart_id.empty();
    }
    return false;
}

// One run: its connections, its ids, and what is known so far.
class run {
public:
    explicit run(const suite_options& options) : options_(options), ids_(options.seed) {}

    case_result judge(const contract_case& next) {
        case_result result{.judged = next, .reason = {}};
        const auto begun = steady_now();
        if (!is_given(next.option, options_)) {
            result.reason = fmt::format("needs {}", flag_of(next.option));
        } else if (const std::string why = obstacle_of(next); !why.empty()) {
            result.given = verdict::blocked;
            result.reason = why;
        } else {
            attempt(next, result);
        }
        // Nothing can be said of what builds on a case that was skipped: it is tried.
        if (result.given == verdict::failed || result.given == verdict::blocked) {
            not_passed_.insert(next.id);
        }
        result.took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - begun);
        return result;
    }

    [[nodiscard]] std::vector<gone_silent> take_silent() { return std::move(silent_); }

private:
    std::string obstacle_of(const contract_case& next) const {
        if (const auto* silent = silence_of(next.of)) return reason_of(*silent);
        for (const std::string& needed : next.needs) {
            if (not_passed_.contains(needed)) return fmt::format("needs {}", needed);
        }
        return {};
    }

    void attempt(const contract_case& next, case_result& result) {
        caller& backend = caller_of(next.of);
        trial in(options_, backend, ids_);
        result.given = verdict::passed;
        try {
            next.run(in);
        } catch (const case_failed& why) {
            result.given = verdict::failed;
            result.reason = why.what();
        } catch (const case_blocked& why) {
            result.given = verdict::blocked;
            result.reason = why.what();
        }
        if (result.given != verdict::passed) result.transcript = in.take_transcript();
        if (in.was_left_alone() && !backend.answers()) {
            silent_.push_back({next.of, next.id});
            if (result.given == verdict::passed) return;
            // No answer is no wrong answer.
            result.given = verdict::blocked;
            result.reason = reason_of(silent_.back());
        } else {
            in.clean_up();
        }
    }

    const gone_silent* silence_of(backend_kind backend) const {
        const auto found = std::ranges::find(silent_, backend, &gone_silent::which);
        return found != silent_.end() ? &*found : nullptr;
    }

    static std::string reason_of(const gone_silent& silent) {
        return fmt::format("the backend stopped answering (first in {})", silent.first_case);
    }

    caller& caller_of(backend_kind of) {
        auto& kept = callers_[of];
        if (!kept) kept = std::make_unique<caller>(options_.url_of(of), options_.answer_time_max);
        return *kept;
    }

    const suite_options& options_;
    id_source ids_;
    std::map<backend_kind, std::unique_ptr<caller>> callers_;
    std::set<std::string> not_passed_;
    std::vector<gone_silent> silent_;
};

}  // namespace

std::string_view flag_of(needed_option option) {
    switch (option) {
        case needed_option::none: return "";
        case needed_option::scarce_sku: return "--scarce-sku";
        case needed_option::declined_token: return "--declined-token";
        case needed_option::action_token: return "--action-token";
        case needed_option::cart_id: return "--cart-id";
    }
    return "";
}

std::string_view name_of(verdict given) {
    switch (given) {
        case verdict::passed: return "pass";
        case verdict::failed: return "FAIL";
        case verdict::blocked: return "blocked";
        case verdict::skipped: return "skipped";
    }
    return "";
}

std::size_t run_report::count(verdict given) const {
    return static_cast<std::size_t>(std::count_if(
        results.begin(), results.end(), [&](const case_result& each) { return each.given == given; }
    ));
}

bool matches(std::string_view id, std::string_view pattern) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return id == pattern;
    if (!id.starts_with(pattern.substr(0, star))) return false;
    const std::string_view rest = pattern.substr(star + 1);
    for (std::size_t skipped = star; skipped <= id.size(); ++skipped) {
        if (matches(id.substr(skipped), rest)) return true;
    }
    return false;
}

case_list selected_cases(const suite_options& options, const std::vector<std::string>& patterns) {
    case_list selected;
    for (contract_case& each : all_cases()) {
        const bool wanted =
            patterns.empty()
            || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
                   return matches(each.id, pattern);
               });
        if (wanted && !options.url_of(each.of).empty()) selected.push_back(std::move(each));
    }
    return selected;
}

std::vector<unreachable> unreachable_backends(const suite_options& options) {
    std::vector<unreachable> found;
    for (std::size_t position = 0; position < backends_count; ++position) {
        const auto which = static_cast<backend_kind>(position);
        if (options.url_of(which).empty()) continue;
        caller probe(options.url_of(which), options.answer_time_max);
        std::string why = probe.problem_with_connecting();
        if (!why.empty()) found.push_back({which, std::move(why)});
    }
    return found;
}

run_report run_cases(
    const suite_options& options,
    const case_list& cases,
    const std::function<void(std::size_t)>& progress
) {
    run_report report{.seed = options.seed, .results = {}};
    run under_way(options);
    for (const contract_case& each : cases) {
        report.results.push_back(under_way.judge(each));
        progress(report.results.size());
    }
    report.silent = under_way.take_silent();
    return report;
}

}  // namespace makegood::conformance
