#include "adapters/kafka/refused_events.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
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

// How large files may become: what a full disk does, without one.
class file_size_limit {
public:
    explicit file_size_limit(std::size_t bytes) : signal_before_(std::signal(SIGXFSZ, SIG_IGN)) {
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        rlimit limited = before_;
        limited.rlim_cur = bytes;
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &limited) == 0);
    }
    ~file_size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_before_);
    }
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;

private:
    rlimit before_{};
    void (*signal_before_)(int);
};

}  // namespace

TEST_CASE("a refused event is kept complete, a line each, whatever its form was") {
    const scratch_file file;
    const refused_events kept(file.path());
    const std::string whole = structured_text(completed());
    for (const content_mode mode : {content_mode::structured, content_mode::binary}) {
        REQUIRE_FALSE(kept.keep({1, 17, "MSG_SIZE_TOO_LARGE"}, encode(completed(), mode, "events"))
        );
    }
    message torn = encode(completed(), content_mode::structured, "events");
    torn.value = "to\"rn";
    REQUIRE_FALSE(kept.keep({0, 18, "INVALID_RECORD"}, torn));
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
    CHECK(
        kept.keep({0, 1, "X"}, encode(completed(), content_mode::structured, "events"))
        == std::errc::no_such_file_or_directory
    );
}

TEST_CASE("a disk that fills up in the midst of a line leaves the file as it was") {
    const scratch_file file;
    const refused_events kept(file.path());
    const message refused = encode(completed(), content_mode::structured, "events");
    REQUIRE_FALSE(kept.keep({0, 1, "X"}, refused));
    const std::vector<std::string> before = file.lines();
    {
        const file_size_limit limited(before.front().size() + 20);
        CHECK(kept.keep({0, 2, "X"}, refused) == std::errc::file_too_large);
    }
    CHECK(file.lines() == before);
    REQUIRE_FALSE(kept.keep({0, 2, "X"}, refused));
    CHECK(file.lines().size() == 2);
}

TEST_CASE("a line that a crash has torn was not kept, and goes when the next one comes") {
    const std::size_t torn_size = GENERATE(1, 15, 4'095, 4'096, 10'000);
    const bool is_first = GENERATE(true, false);
    CAPTURE(torn_size, is_first);
    const scratch_file file;
    std::ofstream(file.path()) << (is_first ? "" : "{\"whole\":1}\n")
                               << std::string(torn_size, '{');
    const refused_events kept(file.path());
    REQUIRE_FALSE(kept.keep({0, 7, "X"}, encode(completed(), content_mode::structured, "events")));
    const std::vector<std::string> lines = file.lines();
    REQUIRE(lines.size() == (is_first ? 1 : 2));
    CHECK((is_first || lines.front() == "{\"whole\":1}"));
    CHECK(lines.back().starts_with(R"({"lane":0,"position":7,)"));
}
