#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "conformance/caller.hpp"
#include "conformance/options.hpp"
#include "conformance/success_demands.hpp"

namespace makegood::conformance {

// The backend did not do what the rule demands.
class case_failed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// What the case builds on could not be had, so that it tells nothing.
class case_blocked : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Names that no other trial uses, derived from the seed.
struct trial_ids {
    std::string suffix;

    [[nodiscard]] std::string checkout() const { return "chk_" + suffix; }
    // `{checkout}:{call}` as the engine builds it; `more` such as "undo".
    [[nodiscard]] std::string key(std::string_view call, std::string_view more = {}) const;
};

class id_source {
public:
    explicit id_source(std::uint64_t seed) : seed_(seed) {}
    trial_ids fresh();

private:
    const std::uint64_t seed_;
    std::uint64_t count_ = 0;
};

// What one case works with: a backend, fresh ids, and a transcript for the report. Lives as long as
// its case runs.
class trial {
public:
    trial(const suite_options& options, caller& backend, id_source& ids)
        : options_(options), backend_(backend), ids_(ids) {}

    [[nodiscard]] const suite_options& options() const { return options_; }
    [[nodiscard]] trial_ids fresh_ids() { return ids_.fresh(); }

    // The exchange goes into the transcript.
    exchange send(backend_call call);
    // Only what fails an expectation goes into the transcript.
    std::vector<exchange> send_at_once(std::vector<backend_call> calls);
    caller::sequence send_on_one_connection(
        std::vector<backend_call> calls, std::chrono::milliseconds watched = {}
    );

    // Each throws case_failed with what was expected unless it is so.
    void expect(bool fulfilled, std::string_view expected, const exchange& seen);
    // Of one that the engine can work with.
    void expect_success(const exchange& seen, wanted_outcome wanted = wanted_outcome::done);
    void expect_refused(const exchange& seen);  // with whatever code
    void expect_refused(const exchange& seen, std::string_view code);
    // Whether it is a success that the engine can work with.
    [[nodiscard]] bool is_done(const exchange& seen) const;
    // Throws case_blocked when a preparation did not work.
    void prepared(bool fulfilled, std::string_view what, const exchange& seen);

    // Asks again and again until `over` says so, for as long as a reservation may take to end.
    exchange poll(
        const std::function<backend_call()>& question,
        const std::function<bool(const exchange&)>& over
    );

    // Sent when the case is over, whatever its verdict; nobody looks at the answer.
    void afterwards(backend_call call) { cleanup_.push_back(std::move(call)); }
    void clean_up();

    [[nodiscard]] std::vector<exchange> take_transcript() { return std::move(transcript_); }
    // A call was not answered.
    [[nodiscard]] bool was_left_alone() const { return left_alone_; }

private:
    void note(const exchange& seen);

    const suite_options& options_;
    caller& backend_;
    id_source& ids_;
    std::vector<exchange> transcript_;
    std::vector<backend_call> cleanup_;
    bool left_alone_ = false;
};

}  // namespace makegood::conformance
