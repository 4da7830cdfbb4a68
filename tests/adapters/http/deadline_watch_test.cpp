#include "adapters/http/deadline_watch.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <string>

using namespace makegood::http;
using namespace std::chrono_literals;

namespace {

class bell final : public deadline_watch::entry {
public:
    bell(const std::shared_ptr<deadline_watch>& watch, std::function<void()> ring)
        : entry(watch), ring_(std::move(ring)) {}

private:
    void deadline_passed() override {
        const auto ring = ring_;
        ring();
    }

    std::function<void()> ring_;
};

}  // namespace

TEST_CASE("deadlines are reported in their order, each once, and never when moved away or dropped"
) {
    boost::asio::io_context io;
    auto watch = std::make_shared<deadline_watch>(io);
    std::string rung;
    const instant start = steady_now();
    std::unique_ptr<bell> last;
    auto late = std::make_unique<bell>(watch, [&] { rung += "late "; });
    auto early = std::make_unique<bell>(watch, [&] { rung += "early "; });
    auto moved = std::make_unique<bell>(watch, [&] { rung += "moved "; });
    auto dropped = std::make_unique<bell>(watch, [&] { rung += "dropped "; });
    auto destroyed = std::make_unique<bell>(watch, [&] { rung += "destroyed "; });
    last = std::make_unique<bell>(watch, [&] {
        rung += "last";
        late.reset();
        early.reset();
        moved.reset();
        dropped.reset();
        last.reset();
    });
    late->arm(start + 40ms);
    early->arm(start + 10ms);
    moved->arm(start + 5ms);
    moved->arm(start + 60s);
    dropped->arm(start + 20ms);
    dropped->disarm();
    destroyed->arm(start + 15ms);
    destroyed.reset();
    last->arm(start + 60ms);

    io.run();  // returns, as no entry is left at the end
    CHECK(rung == "early late last");
    CHECK(steady_now() >= start + 60ms);
}

TEST_CASE("what a deadline destroys is not reported, although its own has passed too") {
    boost::asio::io_context io;
    auto watch = std::make_shared<deadline_watch>(io);
    std::string rung;
    std::unique_ptr<bell> first;
    std::unique_ptr<bell> second;
    first = std::make_unique<bell>(watch, [&] {
        rung += "first";
        second.reset();
    });
    second = std::make_unique<bell>(watch, [&] {
        rung += "second";
        first.reset();
    });
    first->arm(steady_now() - 1ms);
    second->arm(steady_now() - 1ms);
    while (rung.empty())
        io.run_one();
    first.reset();
    second.reset();
    io.run();
    CHECK((rung == "first" || rung == "second"));
}

TEST_CASE("a deadline can be set again when it is reported") {
    boost::asio::io_context io;
    auto watch = std::make_shared<deadline_watch>(io);
    int rung = 0;
    std::unique_ptr<bell> repeated;
    repeated = std::make_unique<bell>(watch, [&] {
        if (++rung == 3) return repeated.reset();
        repeated->arm(steady_now() + 1ms);
    });
    repeated->arm(steady_now());
    io.run();
    CHECK(rung == 3);
}

TEST_CASE("a watch without entries does not keep the event loop running") {
    boost::asio::io_context io;
    auto watch = std::make_shared<deadline_watch>(io);
    auto far = std::make_unique<bell>(watch, [] { FAIL("reported too early"); });
    far->arm(steady_now() + 1h);
    far.reset();
    io.run_for(20s);
    CHECK(io.stopped());
}

TEST_CASE("a watch that is gone is not called by its timer") {
    boost::asio::io_context io;
    auto watch = std::make_shared<deadline_watch>(io);
    auto pending = std::make_unique<bell>(watch, [] { FAIL("reported after its end"); });
    pending->arm(steady_now() - 1ms);
    pending.reset();
    watch.reset();
    io.run();
    SUCCEED();
}
