#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <csignal>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

#include "adapters/clock/clock.hpp"
#include "adapters/clock/entropy.hpp"
#include "cli/commands/commands.hpp"
#include "cli/text_table.hpp"
#include "simulation/campaign.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;
using namespace simulation;

constexpr double checkouts_max = 1e9;

struct simulate_command_options {
    std::optional<std::uint64_t> seed;
    double checkouts = 10'000;  // so that 1e6 can be written
    std::string faults = "heavy";
    std::string store = "memory";
    unsigned jobs = 1;
    std::optional<std::size_t> world;
    std::optional<std::uint64_t> storm_steps;
    bool as_json = false;
};

struct found_failure {
    std::size_t index = 0;
    violation broken;
};

std::uint64_t some_seed() {
    entropy source;
    const auto bytes = source.take<4>();  // short enough to be typed again
    std::uint32_t seed = 0;
    std::memcpy(&seed, bytes.data(), sizeof seed);
    return seed;
}

// What to type when the program finds a fault in itself and stops: an assertion has no time to.
thread_local std::string running_world;

void tell_running_world(int) {
    static_cast<void>(!::write(STDERR_FILENO, running_world.data(), running_world.size()));
}

// Runs the worlds of a campaign on several threads, in their order, until one breaks a promise.
class campaign_run {
public:
    campaign_run(const campaign& plan, const simulate_command_options& options)
        : plan_(plan), options_(options) {
        next_ = options.world.value_or(0);
        end_ = options.world ? *options.world + 1 : plan.worlds();
    }

    void run(console& out) {
        progress_report progress{out, "checkouts simulated"};
        std::vector<std::thread> others;
        for (unsigned i = 1; i < options_.jobs; ++i)
            others.emplace_back([this] { work({}); });
        work([&](std::uint64_t checkouts) { progress.advance(checkouts); });
        for (std::thread& each : others)
            each.join();
    }

    [[nodiscard]] world_options world_of(std::size_t index) const {
        world_options world = plan_.world(index);
        if (options_.storm_steps) world.storm_steps_max = *options_.storm_steps;
        return world;
    }
    [[nodiscard]] const campaign_report& report() const { return report_; }
    // Of those that were found the first: the same whatever the number of threads.
    [[nodiscard]] const std::optional<found_failure>& failure() const { return failure_; }

private:
    void work(const std::function<void(std::uint64_t)>& tell) {
        for (std::size_t index = next_++; index < end_ && !stopped_; index = next_++) {
            running_world = fmt::format(
                "repeat  makegood simulate --seed {} --checkouts {} --world {} --faults {}\n",
                plan_.seed, plan_.checkouts, index, plan_.faults.text()
            );
            const world_outcome outcome = run_world(world_of(index));
            const std::lock_guard lock(mutex_);
            report_.add(index, outcome);
            if (tell) tell(report_.checkouts);
            if (!outcome.broken) continue;
            stopped_ = true;
            if (!failure_ || index < failure_->index) failure_ = {index, *outcome.broken};
        }
    }

    const campaign& plan_;
    const simulate_command_options& options_;
    std::atomic<std::size_t> next_ = 0;
    std::size_t end_ = 0;
    std::atomic<bool> stopped_ = false;

    std::mutex mutex_;
    campaign_report report_;
    std::optional<found_failure> failure_;
};

// -- what is told

std::string hash_text(std::uint64_t hash) {
    return fmt::format("{:016x}", hash);
}

std::string command_to_repeat(
    const campaign& plan, std::size_t index, const shrunk_failure& small
) {
    return fmt::format(
        "makegood simulate --seed {} --checkouts {} --world {} --storm-steps {} --store {} "
        "--faults {}",
        plan.seed, plan.checkouts, index, small.world.storm_steps_max,
        plan.store == store_kind::memory ? "memory" : "sqlite", small.world.faults.text()
    );
}

json::object json_of(const campaign& plan, const campaign_report& report) {
    json::object ends;
    for (const auto& [end, count] : report.ends)
        ends[end] = count;
    json::object faults;
    for (const fault_description& each : fault_descriptions())
        faults[each.name] = report.faults[static_cast<std::size_t>(each.kind)];
    return {
        {"seed", plan.seed},
        {"faults", plan.faults.text()},
        {"trace_hash", hash_text(report.trace_hash)},
        {"worlds", report.worlds},
        {"checkouts", report.checkouts},
        {"journal_entries", report.entries},
        {"processes", report.processes},
        {"simulated_ms", report.simulated.count()},
        {"ends", std::move(ends)},
        {"faults_injected", std::move(faults)}};
}

json::object json_of(
    const campaign& plan, const found_failure& found, const shrunk_failure& small
) {
    json::array timeline;
    for (const trace_line& line : small.timeline)
        timeline.push_back({{"at", format_instant(line.at)}, {"what", line.text}});
    json::object shown{
        {"code", "promise-broken"},
        {"promise", promise_name(small.broken.broken)},
        {"detail", small.broken.detail},
        {"world", found.index},
        {"repeat", command_to_repeat(plan, found.index, small)},
        {"timeline", std::move(timeline)}};
    if (small.broken.saga) shown["id"] = small.broken.saga->text();
    return shown;
}

std::string table_of(const campaign_report& report, const palette& paint) {
    text_table table{{{"WHAT"}, {"COUNT", true}}};
    const auto add = [&table](std::string what, std::uint64_t count) {
        table.add({{std::move(what)}, {fmt::format("{}", count)}});
    };
    add("checkouts", report.checkouts);
    for (const auto& [end, count] : report.ends)
        add("  " + end, count);
    add("journal entries", report.entries);
    add("lives of the process", report.processes);
    add("simulated hours", static_cast<std::uint64_t>(report.simulated / std::chrono::hours{1}));
    std::uint64_t injected = 0;
    for (const std::uint64_t count : report.faults)
        injected += count;
    add("faults injected", injected);
    for (const fault_description& each : fault_descriptions()) {
        const std::uint64_t count = report.faults[static_cast<std::size_t>(each.kind)];
        if (count > 0) add(fmt::format("  {}: {}", each.name, each.meaning), count);
    }
    return table.render(paint);
}

void tell_failure(
    const campaign& plan, const found_failure& found, const shrunk_failure& small, console& out
) {
    const palette paint = out.data_palette();
    out.data(fmt::format(
        "{}  {}: {}\n", paint.paint(tone::bad, "promise-broken"), promise_name(small.broken.broken),
        small.broken.detail
    ));
    if (small.broken.saga) out.data(fmt::format("  saga    {}\n", small.broken.saga->text()));
    out.data(fmt::format("  repeat  {}\n", command_to_repeat(plan, found.index, small)));
    for (const trace_line& line : small.timeline)
        out.data(fmt::format("  {}  {}\n", format_instant(line.at), printable(line.text)));
}

// -- the command

campaign plan_of(const simulate_command_options& options, console& out) {
    campaign plan;
    plan.seed = options.seed ? *options.seed : some_seed();
    if (!(options.checkouts >= 1 && options.checkouts <= checkouts_max)
        || options.checkouts != std::floor(options.checkouts)) {
        throw command_failure(
            errc::usage_wrong, "--checkouts: a whole number from 1 to 1e9 is expected"
        );
    }
    plan.checkouts = static_cast<std::uint64_t>(options.checkouts);
    plan.store = options.store == "sqlite" ? store_kind::sqlite : store_kind::memory;
    const auto rates = fault_rates::parse(options.faults);
    if (!rates) throw command_failure(errc::usage_wrong, "--faults: " + rates.error());
    plan.faults = *rates;
    if (options.world && *options.world >= plan.worlds()) {
        throw command_failure(
            errc::usage_wrong, fmt::format(
                                   "--world: {} checkouts make {} worlds, counted from 0",
                                   plan.checkouts, plan.worlds()
                               )
        );
    }
    out.say(fmt::format("seed {}", plan.seed));
    return plan;
}

exit_code run_simulate(const simulate_command_options& options, console& out) {
    const campaign plan = plan_of(options, out);
    std::signal(SIGABRT, tell_running_world);
    const steady_instant began = steady_now();
    campaign_run run(plan, options);
    run.run(out);
    const std::chrono::duration<double> took = steady_now() - began;
    json::object answer = json_of(plan, run.report());
    if (!options.as_json) out.data(table_of(run.report(), out.data_palette()));
    out.say(fmt::format(
        "trace {}, {:.1f} s, {:.0f} checkouts per second", hash_text(run.report().trace_hash),
        took.count(), static_cast<double>(run.report().checkouts) / took.count()
    ));
    if (const auto& found = run.failure()) {
        out.say("a promise is broken; looking for the shortest way to it");
        const shrunk_failure small = shrink(run.world_of(found->index), found->broken);
        answer["broken"] = json_of(plan, *found, small);
        if (!options.as_json) tell_failure(plan, *found, small, out);
    }
    if (options.as_json) out.data(json::serialize(answer) + "\n");
    if (!run.failure()) return exit_code::done;
    throw command_failure(
        errc::difference_found, "a promise is broken", "see `makegood explain promise-broken`"
    );
}

}  // namespace

void declare_simulate(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<simulate_command_options>();
    CLI::App* command = root.add_subcommand(
        "simulate",
        "Drive checkouts through simulated faults, and judge every promise: one seed, one outcome"
    );
    command->group("Checking");
    command->add_option("--seed", options->seed, "Fixes everything; one at random is printed")
        ->check(CLI::NonNegativeNumber)
        ->type_name("N");
    command->add_option("--checkouts", options->checkouts, "How many; 1e6 can be written")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--faults", options->faults, "none, light, heavy, or FAULT=RATE,… after one")
        ->capture_default_str();
    command->add_option("--store", options->store, "memory, or sqlite on a disk that loses power")
        ->check(CLI::IsMember({"memory", "sqlite"}))
        ->capture_default_str();
    command->add_option("--jobs", options->jobs, "Threads; they change nothing but the time")
        ->check(CLI::Range(1U, 256U))
        ->capture_default_str();
    command->add_option(
        "--world", options->world, "Only this one of the worlds that the seed makes"
    );
    command->add_option("--storm-steps", options->storm_steps, "Fair weather after so many steps");
    command->add_flag("--json", options->as_json, "Machine-readable");
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return run_simulate(*options, out); };
    });
}

}  // namespace makegood::cli
