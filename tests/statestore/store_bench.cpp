// What the durable store costs, as a lane uses it: 64 four-call checkouts are under way, 32 of them
// move on in each commit, with fsync; each is of a random one of 65,536 customers. Not a test: it
// judges nothing. Instructions are counted where the kernel permits it, around the commits only.
//
//     store_bench [--folder F] [--checkouts N] [--finished N] [--unfinished N] [--checkpoint-pages
//     N] [--copier 1]
//
// --finished fills the store with so many ended checkouts first, --unfinished with open ones.

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <random>

#include "statestore/codec.hpp"
#include "statestore/data_folder.hpp"
#include "statestore/sqlite/store.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::journey;

namespace {

using steady = std::chrono::steady_clock;

double seconds_since(steady::time_point start) {
    return std::chrono::duration<double>(steady::now() - start).count();
}

double thread_seconds() {
    timespec spent{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

template <class Value>
Value checked(store_result<Value>&& result) {
    if (result) return std::move(*result);
    fmt::print(stderr, "{}\n", result.error().detail);
    std::exit(1);
}

// Instructions of this thread, while it runs.
class instruction_counter {
public:
    explicit instruction_counter(bool of_kernel) {
        perf_event_attr wanted{};
        wanted.type = PERF_TYPE_HARDWARE;
        wanted.size = sizeof wanted;
        wanted.config = PERF_COUNT_HW_INSTRUCTIONS;
        wanted.disabled = 1;
        wanted.exclude_user = of_kernel ? 1 : 0;
        wanted.exclude_kernel = of_kernel ? 0 : 1;
        handle_ = static_cast<int>(::syscall(SYS_perf_event_open, &wanted, 0, -1, -1, 0));
    }
    ~instruction_counter() {
        if (handle_ >= 0) ::close(handle_);
    }
    instruction_counter(const instruction_counter&) = delete;
    instruction_counter& operator=(const instruction_counter&) = delete;

    void run() { ::ioctl(handle_, PERF_EVENT_IOC_ENABLE, 0); }
    void pause() { ::ioctl(handle_, PERF_EVENT_IOC_DISABLE, 0); }
    [[nodiscard]] double count() const {
        std::uint64_t value = 0;
        const bool read = ::read(handle_, &value, sizeof value) == sizeof value;
        return read ? static_cast<double>(value) : 0;
    }

private:
    int handle_ = -1;
};

struct wishes {
    std::filesystem::path folder;
    unsigned checkouts = 20'000;
    unsigned finished = 0;
    unsigned unfinished = 0;
    sqlite_options options;
};

struct measurement {
    double cpu = 0;
    std::vector<double> commits_ms;
    std::uint64_t checkouts = 0;
    std::uint64_t transitions = 0;
    std::uint64_t frames = 0;
    std::uint64_t payload = 0;  // of journal and records
};

// The checkouts of one run: a window of them is under way.
class traffic {
public:
    explicit traffic(const definition_registry& registry) : registry_(registry) {}

    journey start() {
        ++number_;
        return journey(
            registry_,
            toy::saga_facts{
                .number = number_,
                .customer = fmt::format("cus_{:08x}", random_() % 65'536),
                .key = fmt::format("{:08x}-6f1c-4b7e-9d1e-{:012x}", random_(), number_),
                .at = toy::beginning + duration{number_},
                .address = std::string(400, 'a')}
        );
    }
    // Three answers of backends and the end: five commits with the start.
    static void move_on(journey& saga) {
        if (saga.entries().size() < 4) {
            saga.fails_once("the answer of a backend, with the id of what it has done for us");
        } else {
            saga.works();
        }
    }

private:
    const definition_registry& registry_;
    unsigned number_ = 0;
    std::mt19937 random_{7};  // the same in every run
};

std::uint64_t payload_of(const saga_commit& change) {
    std::uint64_t bytes = change.stores_record ? encode_record(*change.saga).size() : 0;
    for (const journal_entry& entry : change.entries)
        bytes += encode_event(entry.event).size();
    return bytes;
}

struct counters {
    instruction_counter user{false};
    instruction_counter kernel{true};
};

// `window` checkouts are under way, `batch_size` of them in each commit.
measurement run(
    sqlite_writer& writer,
    traffic& source,
    unsigned window,
    unsigned batch_size,
    unsigned wanted,
    counters& counted
) {
    measurement result;
    std::vector<journey> running;
    for (unsigned i = 0; i < window; ++i) {
        running.push_back(source.start());
        // From the first commit on they stand everywhere on their way.
        for (unsigned step = 0; step < i % 5; ++step)
            traffic::move_on(running.back());
    }
    std::uint32_t frames_before = writer.log_pages();
    for (std::size_t next = 0; result.checkouts < wanted; next = (next + batch_size) % window) {
        batch changes;
        changes.at = toy::beginning;
        for (std::size_t i = next; i < next + batch_size; ++i) {
            journey& saga = running[i];
            if (saga.record().ended()) {
                saga = source.start();
            } else if (saga.is_committed()) {
                traffic::move_on(saga);
            }
            if (saga.record().ended()) ++result.checkouts;
            changes.sagas.push_back(saga.commit());
            result.payload += payload_of(changes.sagas.back());
        }
        const auto began = steady::now();
        const double cpu = thread_seconds();
        counted.user.run();
        counted.kernel.run();
        static_cast<void>(checked(writer.commit(changes)));
        counted.user.pause();
        counted.kernel.pause();
        result.cpu += thread_seconds() - cpu;
        result.commits_ms.push_back(seconds_since(began) * 1'000);
        result.transitions += batch_size;
        const std::uint32_t frames = writer.log_pages();
        result.frames += frames > frames_before ? frames - frames_before : frames;
        frames_before = frames;
    }
    return result;
}

void report(measurement& result, const counters& counted) {
    const auto each = [&](double sum) { return sum / static_cast<double>(result.checkouts); };
    std::sort(result.commits_ms.begin(), result.commits_ms.end());
    const auto percentile = [&](std::size_t of_thousand) {
        return result.commits_ms[(result.commits_ms.size() - 1) * of_thousand / 1'000];
    };
    double waited = 0;
    for (const double commit : result.commits_ms)
        waited += commit;
    fmt::print(
        "per checkout: {:.0f} instructions in user mode, {:.0f} in the kernel, {:.1f} us of CPU, "
        "{:.2f} frames, {:.0f} bytes of payload\n",
        each(counted.user.count()), each(counted.kernel.count()), each(result.cpu * 1e6),
        each(static_cast<double>(result.frames)), each(static_cast<double>(result.payload))
    );
    fmt::print(
        "commits: {:.1f} frames, p50 {:.2f} ms, p99 {:.2f} ms, p99.9 {:.2f} ms, max {:.2f} ms; "
        "{:.0f} transitions/s\n",
        static_cast<double>(result.frames) / static_cast<double>(result.commits_ms.size()),
        percentile(500), percentile(990), percentile(999), percentile(1'000),
        static_cast<double>(result.transitions) * 1'000 / waited
    );
}

void time_reading(journal_reader& reader, std::string_view what, const saga_query& query) {
    const auto start = steady::now();
    const std::size_t found = checked(reader.list(query)).items.size();
    fmt::print("list {}: {} in {:.2f} ms\n", what, found, seconds_since(start) * 1'000);
}

void report_reading(const std::filesystem::path& store, const definition_registry& registry) {
    auto start = steady::now();
    const auto reader = checked(sqlite_reader::open(store, registry));
    fmt::print("opening a reader: {:.1f} ms\n", seconds_since(start) * 1'000);
    time_reading(*reader, "of all", {.saga = "toy"});
    time_reading(*reader, "by status", {.saga = "toy", .status = saga_status::completed});
    time_reading(*reader, "of the running", {.saga = "toy", .status = saga_status::running});
    time_reading(*reader, "by customer", {.saga = "toy", .customer = "cus_00000007"});
    start = steady::now();
    const std::size_t open = checked(reader->unfinished()).size();
    fmt::print("unfinished: {} in {:.1f} ms\n", open, seconds_since(start) * 1'000);
    start = steady::now();
    const store_statistics numbers = checked(reader->statistics());
    fmt::print("statistics: {:.1f} ms\n", seconds_since(start) * 1'000);
    for (const auto& [status, count] : numbers.sagas_by_status)
        fmt::print("  {}: {}\n", status, count);
    fmt::print("  {} bytes on disk\n", numbers.bytes_on_disk);
}

void fill_with_open(sqlite_writer& writer, traffic& source, unsigned wanted) {
    for (unsigned done = 0; done < wanted;) {
        std::vector<journey> some;
        for (unsigned i = 0; i < 1'000 && done < wanted; ++i, ++done)
            some.push_back(source.start().waits());
        batch changes;
        for (journey& saga : some)
            changes.sagas.push_back(saga.commit());
        static_cast<void>(checked(writer.commit(changes)));
    }
}

wishes read_wishes(int count, char** arguments, const std::filesystem::path& folder) {
    wishes wanted;
    wanted.folder = folder;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string_view name = arguments[i];
        const auto number = static_cast<unsigned>(std::atoi(arguments[i + 1]));
        if (name == "--folder") wanted.folder = arguments[i + 1];
        if (name == "--checkouts") wanted.checkouts = number;
        if (name == "--finished") wanted.finished = number;
        if (name == "--unfinished") wanted.unfinished = number;
        if (name == "--checkpoint-pages") wanted.options.checkpoint_pages = number;
        if (name == "--copier") wanted.options.copies_beside_commits = number != 0;
    }
    return wanted;
}

}  // namespace

int main(int count, char** arguments) {
    const definition_registry registry = toy::make_registry();
    const toy::temporary_folder temporary;
    const wishes wanted = read_wishes(count, arguments, temporary.path() / "data");
    const data_folder opened = checked(data_folder::open(wanted.folder, {.now = toy::beginning}));
    const std::filesystem::path store = opened.store_path(0);
    auto start = steady::now();
    auto writer = checked(sqlite_writer::open(store, wanted.options));
    fmt::print("opening a writer: {:.1f} ms\n", seconds_since(start) * 1'000);
    traffic source(registry);
    counters filling;
    fill_with_open(*writer, source, wanted.unfinished);
    if (wanted.finished > 0) run(*writer, source, 4'096, 4'096, wanted.finished, filling);
    counters counted;
    measurement measured = run(*writer, source, 64, 32, wanted.checkouts, counted);
    report(measured, counted);
    report_reading(store, registry);
    start = steady::now();
    writer.reset();
    fmt::print("closing: {:.1f} ms\n", seconds_since(start) * 1'000);
    if (wanted.finished + wanted.unfinished == 0) return 0;
    start = steady::now();
    writer = checked(sqlite_writer::open(store, wanted.options));
    fmt::print("opening a writer: {:.1f} ms\n", seconds_since(start) * 1'000);
}
