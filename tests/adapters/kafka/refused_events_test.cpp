#include "adapters/kafka/refused_events.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "adapters/kafka/event_message.hpp"
#include "tests/adapters/kafka/sample_event.hpp"

using namespace makegood;
using namespace makegood::kafka;
using namespace makegood::kafka::test;

namespace {

class scratch_file {
public:
    scratch_file()
        : path_(
            std::filesystem::temp_directory_path()
            / ("makegood-refused-" + std::to_string(::getpid()))
        ) {
        std::filesystem::remove(path_);
    }
    ~scratch_file() { std::filesystem::remove(path_); }
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;

    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::ifstream in(path_);
        std::vector<std::string> all;
        for (std::string line; std::getline(in, line);)
            all.push_back(line);
        return all;
    }

private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("a refused event is kept complete, a line each, whatever its form was") {
    const scratch_file file;
    const refused_events kept(file.path());
    const std::string whole = structured_text(completed());
    for (const content_mode mode : {content_mode::structured, content_mode::binary}) {
        REQUIRE(kept.keep({1, 17, "MSG_SIZE_TOO_LARGE"}, encode(completed(), mode, "events")));
    }
    message torn = encode(completed(), content_mode::structured, "events");
    torn.value = "to\"rn";
    REQUIRE(kept.keep({0, 18, "INVALID_RECORD"}, torn));
    const std::string line =
        R"({"lane":1,"position":17,"topic":"events","error":"MSG_SIZE_TOO_LARGE","event":)" + whole
        + "}";
    CHECK(
        file.lines()
        == std::vector<
            std::
                string>{line, line, R"({"lane":0,"position":18,"topic":"events","error":"INVALID_RECORD","event":"to\"rn"})"}
    );
}

TEST_CASE("a file that cannot be written is told of") {
    const refused_events kept("/nowhere/refused.jsonl");
    CHECK_FALSE(kept.keep({0, 1, "X"}, encode(completed(), content_mode::structured, "events")));
}
