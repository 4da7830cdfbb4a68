#include "cli/configuration.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/configuration_keys.hpp"
#include "cli/configuration_text.hpp"
#include "cli/kafka_use.hpp"

using namespace makegood;
using namespace makegood::cli;

namespace {

configuration_problems problems_of(std::string_view toml) {
    configuration settings;
    return read_configuration_text(toml, "test.toml", settings);
}

std::string only_problem_of(std::string_view toml) {
    const configuration_problems problems = problems_of(toml);
    REQUIRE(problems.size() == 1);
    return problems.front().text();
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a file sets what it names and leaves the rest at the defaults") {
    configuration settings;
    const auto problems = read_configuration_text(
        "listen = \"[::1]:9000\"\n"
        "lanes = 3\n"
        "[backends.payment]\n"
        "url = \"http://pay.example:81/base\"\n"
        "call_timeout = \"250ms\"\n"
        "[backends.payment.breaker]\n"
        "open_time = \"2s\"\n"
        "[checkout]\n"
        "reservation_ttl = \"900s\"\n"
        "fulfilment = false\n"
        "[rate_limit]\n"
        "per_second = 5\n"
        "[log]\n"
        "level = \"debug\"\n",
        "test.toml", settings
    );
    REQUIRE(problems.empty());
    CHECK(settings.listen == "[::1]:9000");
    CHECK(settings.lanes == 3);
    CHECK(settings.backend("payment").url == "http://pay.example:81/base");
    CHECK(settings.backend("payment").call_time_max == duration{250});
    CHECK(settings.backend("payment").breaker.open_time == duration{2'000});
    CHECK(settings.checkout.reservation_ttl == duration{900'000});
    CHECK_FALSE(settings.checkout.fulfilment_enabled);
    CHECK(settings.rate_limit.per_second == 5.0);
    CHECK(settings.log_level == "debug");
    CHECK(settings.data == configuration{}.data);
    CHECK(settings.backend("order").url.empty());
}

TEST_CASE("a wrong key is refused with its place and the key that may be meant") {
    const std::string text = only_problem_of("[checkout]\n  reservation_tll = \"1m\"\n");
    CHECK(has(text, "test.toml:2:3: "));
    CHECK(has(text, "unknown key \"checkout.reservation_tll\""));
    CHECK(has(text, "did you mean \"checkout.reservation_ttl\"?"));
}

TEST_CASE("a wrong table is refused with the table that may be meant") {
    CHECK(
        has(only_problem_of("[backend.payment]\nurl = \"http://a:1\"\n"),
            "did you mean \"backends.payment.url\"?")
    );
    CHECK(has(only_problem_of("[metrics]\n"), "unknown key \"metrics\""));
}

TEST_CASE("a wrong type is refused with what was expected and what was found") {
    const std::string text = only_problem_of("lanes = \"two\"\n");
    CHECK(has(text, "test.toml:1:1: "));
    CHECK(has(text, "lanes has to be a whole number from 1 to 16"));
    CHECK(has(text, "not the text \"two\""));
    CHECK(has(only_problem_of("data = 7\n"), "not the number 7"));
    CHECK(has(only_problem_of("listen = [\"a:1\"]\n"), "not a list"));
    CHECK(has(only_problem_of("[checkout]\nfulfilment = \"yes\"\n"), "true or false"));
    CHECK(has(only_problem_of("drain_patience = 10\n"), "a duration from"));
    CHECK(has(only_problem_of("[listen]\nhost = \"a\"\n"), "not a table"));
}

TEST_CASE("a wrong value is refused with what is allowed") {
    CHECK(has(only_problem_of("lanes = 17\n"), "from 1 to 16, not the number 17"));
    CHECK(has(only_problem_of("drain_patience = \"10 s\"\n"), "not the text \"10 s\""));
    CHECK(has(only_problem_of("[idempotency]\nretention = \"1h\"\n"), "from \"1d\""));
    CHECK(has(only_problem_of("[log]\nlevel = \"loud\"\n"), "one of \"debug\", \"info\""));
    CHECK(has(only_problem_of("[backends.order]\nurl = \"https://a\"\n"), "an address such as"));
    CHECK(has(only_problem_of("listen = \"8700\"\n"), "a host and a port"));
    CHECK(has(only_problem_of("[rate_limit]\nper_second = -1\n"), "a number from 0"));
    CHECK(has(only_problem_of("[rate_limit]\nper_second = nan\n"), "a number from 0"));
}

TEST_CASE("a key given twice is refused with its place") {
    const std::string text = only_problem_of("lanes = 1\nlanes = 2\n");
    CHECK(has(text, "test.toml:2:"));
    CHECK(has(text, "lanes"));
}

TEST_CASE("what is not TOML is refused with its place") {
    CHECK(has(only_problem_of("lanes 1\n"), "test.toml:1:"));
}

TEST_CASE("every problem is reported, in the order of the file") {
    const auto problems = problems_of("lane = 1\nlanes = 0\n[log]\nformat = \"xml\"\n");
    REQUIRE(problems.size() == 3);
    CHECK(problems[0].line == 1);
    CHECK(problems[1].line == 2);
    CHECK(problems[2].line == 4);
}

TEST_CASE("what is right is set beside what is wrong") {
    configuration settings;
    const auto problems = read_configuration_text("lanes = 2\nnonsense = 1\n", "t", settings);
    CHECK(problems.size() == 1);
    CHECK(settings.lanes == 2);
}

TEST_CASE("a flag wins over the file, and a wrong one is named") {
    configuration settings;
    REQUIRE(read_configuration_text("lanes = 2\n", "t", settings).empty());
    const std::vector<configuration_override> good{
        {"lanes", "4", "--lanes"}, {"backends.order.url", "http://o:1", "--order"}};
    REQUIRE(apply_overrides(good, settings).empty());
    CHECK(settings.lanes == 4);
    CHECK(settings.backend("order").url == "http://o:1");

    const std::vector<configuration_override> bad{
        {"lanes", "many", "--lanes"}, {"checkout.reservation_ttl", "15", "--reservation-ttl"}};
    const auto problems = apply_overrides(bad, settings);
    REQUIRE(problems.size() == 2);
    CHECK(has(problems[0].text(), "--lanes: has to be a whole number"));
    CHECK(has(problems[1].text(), "--reservation-ttl: has to be a duration"));
}

TEST_CASE("inventory, payment and order have to be configured") {
    configuration settings;
    CHECK(check_whole(settings, "t").size() == 3);
    for (const char* table : {"inventory", "payment", "order"}) {
        const std::string toml = fmt::format("[backends.{}]\nurl = \"http://a:1\"\n", table);
        REQUIRE(read_configuration_text(toml, "t", settings).empty());
    }
    CHECK(check_whole(settings, "t").empty());
    settings.retries.forward.first_delay = settings.retries.forward.delay_max + duration{1};
    settings.backends[0].breaker.failures_in_sample_max = 1'000;
    CHECK(check_whole(settings, "t").size() == 2);
}

TEST_CASE("parcels are tracked where there is somebody who ships them") {
    configuration settings;
    REQUIRE(read_configuration_text("[checkout]\ntrack_shipments = true\n", "t", settings).empty());
    const auto problem = [&] { return check_whole(settings, "t").back().text(); };
    CHECK(has(problem(), "track_shipments needs the fulfillment backend: give --fulfillment URL"));
    REQUIRE(read_configuration_text("[backends.fulfillment]\nurl = \"http://a:1\"\n", "t", settings)
                .empty());
    CHECK_FALSE(has(problem(), "track_shipments"));
    settings.checkout.fulfilment_enabled = false;
    CHECK(has(problem(), "track_shipments needs fulfilment = true"));
}

TEST_CASE("brokers are refused where no events are kept for them") {
    configuration settings;
    for (const char* table : {"inventory", "payment", "order"}) {
        const std::string toml = fmt::format("[backends.{}]\nurl = \"http://a:1\"\n", table);
        REQUIRE(read_configuration_text(toml, "t", settings).empty());
    }
    settings.events.kept = false;
    CHECK(check_whole(settings, "t").empty());
    settings.events.brokers = "127.0.0.1:9092";
    const auto problems = check_whole(settings, "t");
    REQUIRE(problems.size() == 1);
    CHECK(has(problems[0].detail, "[events] keep = false"));
    settings.events.kept = true;
    CHECK(check_whole(settings, "t").empty());
}

TEST_CASE("Kafka's settings that do not fit together are found before the server starts") {
    const auto file = std::filesystem::temp_directory_path()
                      / ("makegood-kafka-" + std::to_string(::getpid()) + ".properties");
    std::ofstream(file) << "session.timeout.ms = 400000\n";
    configuration settings;
    settings.events.brokers = "127.0.0.1:1";
    settings.events.file = file.string();
    settings.events.commands_topic = "checkout.commands";
    CHECK(has(check_whole(settings, "t").back().detail, "session.timeout.ms"));
    std::ofstream(file) << "session.timeout.ms = 6000\n";
    CHECK_FALSE(has(check_whole(settings, "t").back().detail, "session.timeout.ms"));
    std::filesystem::remove(file);
}

TEST_CASE("the limit of commands in memory is a setting") {
    configuration settings;
    REQUIRE(read_configuration_text("[limits]\ncommands_unfinished = 7\n", "t", settings).empty());
    settings.events.brokers = "127.0.0.1:1";
    settings.events.commands_topic = "checkout.commands";
    settings.events.fulfillment_topic = "fulfillment.events";
    const auto use = kafka_use_of(settings);
    REQUIRE(use.has_value());
    CHECK(use->commands->unfinished_max == 7);
    CHECK(use->shipments->unfinished_max == 7);
}

TEST_CASE("a file that the configuration names lies beside it, unless its path says where") {
    namespace fs = std::filesystem;
    const fs::path folder =
        fs::temp_directory_path() / fmt::format("makegood-configuration-{}", ::getpid());
    fs::create_directories(folder);
    const auto named_by = [&folder](std::string_view toml) {
        const fs::path file = folder / "makegood.toml";
        std::ofstream(file) << toml;
        configuration settings;
        settings.events.file = "before";
        CHECK(read_configuration_file(file.string(), settings).empty());
        return settings.events.file;
    };
    CHECK(named_by("kafka.settings = \"k.properties\"\n") == (folder / "k.properties").string());
    CHECK(named_by("kafka.settings = \"/etc/k.properties\"\n") == "/etc/k.properties");
    CHECK(named_by("lanes = 2\n") == "before");
    fs::remove_all(folder);
}

TEST_CASE("the effective configuration reads back to itself") {
    configuration settings;
    settings.lanes = 7;
    settings.data = "a \"quoted\" folder";
    settings.rate_limit.per_second = 2.5;
    settings.backends[1].url = "http://catalog:2";
    configuration again;
    REQUIRE(read_configuration_text(configuration_as_toml(settings), "t", again).empty());
    CHECK(configuration_as_toml(again) == configuration_as_toml(settings));
    CHECK(again.data == settings.data);
    CHECK(has(configuration_as_json(settings), "\"lanes\":7"));
    CHECK(has(configuration_as_json(settings), "\"catalog\":{\"url\":\"http://catalog:2\""));
}

TEST_CASE("a listening address is a host and a port") {
    using address = std::pair<std::string, std::uint16_t>;
    CHECK(split_listen_address("127.0.0.1:8700") == address{"127.0.0.1", 8700});
    CHECK(split_listen_address("[::1]:0") == address{"::1", 0});
    for (const char* wrong : {"", ":1", "a", "a:", "a:b", "a:70000", "a:1x", "::1:80", "a b:1"}) {
        CAPTURE(wrong);
        CHECK_FALSE(split_listen_address(wrong).has_value());
    }
}
