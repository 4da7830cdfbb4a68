#include "adapters/kafka/settings.hpp"

#include <unistd.h>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "adapters/kafka/consumer.hpp"
#include "adapters/kafka/producer.hpp"

using namespace makegood::kafka;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

namespace {

std::string problem_of(settings_map settings, client_role role = client_role::producer) {
    settings.try_emplace("bootstrap.servers", "127.0.0.1:1");
    const auto made = configuration_of(settings, role);
    return made ? "" : made.error().detail;
}

std::string problem_of_opening(settings_map settings) {
    settings.try_emplace("bootstrap.servers", "127.0.0.1:1");
    const auto opened = producer::open(
        {.settings = settings},
        {.settled = [](message_position) {},
         .refused = [](message_position, message&, const std::string&) { return true; }}
    );
    return opened ? "" : opened.error().detail;
}

}  // namespace

TEST_CASE("librdkafka's settings pass through") {
    CHECK(problem_of({{"linger.ms", "20"}, {"compression.type", "lz4"}}) == "");
    CHECK(problem_of({{"client.id", "shop"}, {"partitioner", "consistent"}}) == "");
    CHECK(
        problem_of({{"group.id", "g"}, {"session.timeout.ms", "9000"}}, client_role::consumer) == ""
    );
}

TEST_CASE("what does not fit together is found without a broker, as a client would find it") {
    const auto problem_of_consumer = [](settings_map settings) {
        settings.emplace("bootstrap.servers", "127.0.0.1:1");
        settings.emplace("group.id", "g");
        const auto found = problem_of_client(settings, client_role::consumer);
        return found ? found->detail : "";
    };
    CHECK(problem_of_consumer({}) == "");
    CHECK(problem_of_consumer({{"session.timeout.ms", "300000"}}) == "");
    CHECK_THAT(
        problem_of_consumer({{"session.timeout.ms", "300001"}}),
        Contains("session.timeout.ms") && Contains("Correct them.")
    );
    CHECK_THAT(problem_of_consumer({{"surprise", "1"}}), Contains("surprise"));
    const settings_map no_file{
        {"bootstrap.servers", "127.0.0.1:1"},
        {"security.protocol", "SSL"},
        {"ssl.ca.location", "/not/there.pem"}};
    const auto found = problem_of_client(no_file, client_role::producer);
    REQUIRE(found.has_value());
    CHECK_THAT(found->detail, Contains("ssl.ca.location"));
}

TEST_CASE("TLS and SASL are settings like others") {
    CHECK(
        problem_of_opening({
            {"security.protocol", "SASL_SSL"},
            {"sasl.mechanism", "SCRAM-SHA-512"},
            {"sasl.username", "makegood"},
            {"sasl.password", "hunter2"},
            {"ssl.endpoint.identification.algorithm", "https"},
        })
        == ""
    );
    CHECK_THAT(
        problem_of_opening({{"security.protocol", "SSL"}, {"ssl.ca.location", "/not/there.pem"}}),
        Contains("ssl.ca.location") && Contains("Correct them.")
    );
    CHECK_THAT(
        problem_of_opening({{"security.protocol", "SASL_PLAINTEXT"}, {"sasl.mechanism", "NONSENSE"}}
        ),
        Contains("NONSENSE")
    );
}

TEST_CASE("a setting that does not exist is named, with what to do") {
    CHECK_THAT(
        problem_of({{"ssl.ca.locatio", "x"}}),
        Contains("'ssl.ca.locatio' is not known to librdkafka")
            && Contains("correct its name, or leave it out.")
    );
}

TEST_CASE("a value that is none is named with its setting") {
    CHECK_THAT(
        problem_of({{"linger.ms", "soon"}}),
        Contains("'linger.ms' is refused") && Contains("soon") && Contains("Correct its value.")
    );
}

TEST_CASE("what is missing is named") {
    CHECK_THAT(
        problem_of({{"bootstrap.servers", ""}}), Contains("'bootstrap.servers' is missing: set it.")
    );
    CHECK_THAT(problem_of({}, client_role::consumer), Contains("'group.id' is missing"));
}

TEST_CASE("what order and delivery stand on may not be set") {
    for (const char* name :
         {"enable.idempotence", "acks", "request.required.acks", "message.timeout.ms",
          "delivery.timeout.ms", "retries", "transactional.id"}) {
        CHECK_THAT(problem_of({{name, "1"}}), Contains("may not be set") && Contains(name));
    }
    for (const char* name : {"enable.auto.commit", "enable.auto.offset.store"}) {
        CHECK_THAT(
            problem_of({{"group.id", "g"}, {name, "true"}}, client_role::consumer),
            Contains("may not be set") && Contains(name)
        );
    }
}

TEST_CASE("a partitioner that does not look at keys may not be set") {
    CHECK_THAT(problem_of({{"partitioner", "random"}}), Contains("order per key"));
    CHECK_THAT(problem_of({{"partitioner", "murmur2"}}), Equals(""));
}

TEST_CASE("a file of settings is read line by line, and what is wrong is named with its line") {
    const auto file = std::filesystem::temp_directory_path()
                      / ("makegood-settings-" + std::to_string(::getpid()));
    const auto read = [&](const std::string& text) {
        std::ofstream(file) << text;
        auto settings = read_settings_file(file.string());
        std::filesystem::remove(file);
        return settings;
    };
    const auto good =
        read("# of the shop\n\n security.protocol = SASL_SSL \r\nsasl.password=a=b\n");
    REQUIRE(good.has_value());
    CHECK(*good == settings_map{{"security.protocol", "SASL_SSL"}, {"sasl.password", "a=b"}});
    CHECK_THAT(read("a = 1\nsasl.password hidden\n").error().detail, Contains("line 2"));
    CHECK_THAT(read("a b c secret\n").error().detail, !Contains("secret"));
    CHECK_THAT(read("= 1\n").error().detail, Contains("line 1"));
    CHECK_THAT(read("a = 1\na = 2\n").error().detail, Contains("'a' twice"));
    CHECK_THAT(read_settings_file("/no/such/file").error().detail, Contains("cannot be read"));
}

TEST_CASE("no sentence shows a secret") {
    CHECK_THAT(
        problem_of({{"ssl.key.pem", "-----hunter2-----"}, {"security.protocol", "SSL"}}),
        !Contains("hunter2")
    );
    CHECK_THAT(
        problem_of({{"enable.sasl.oauthbearer.unsecure.jwt", "hunter2"}}), !Contains("hunter2")
    );
}
