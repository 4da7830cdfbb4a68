#include "adapters/http/message_reader.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

using namespace makegood::http;

namespace {

constexpr reader_limits limits{512, 64};

// Three requests of different framing, one after the other.
const std::string pipelined =
    "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
    "\r\nGET /2 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"
    "PUT /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nabc\r\n1;x\r\nd\r\n0\r\nTrailer: z\r\n\r\n";
const std::vector<std::string> expected{"POST /1 hello", "GET /2 ", "PUT /3 abcd"};

void receive(message_reader<request>& reader, std::string_view bytes) {
    const auto room = reader.room();
    REQUIRE(room.size() >= bytes.size());
    std::memcpy(room.data(), bytes.data(), bytes.size());
    reader.received(bytes.size());
}

void read_whole_messages(message_reader<request>& reader, std::vector<std::string>& read) {
    for (;;) {
        reader_stage stage = reader.advance();
        if (stage == reader_stage::body) stage = reader.advance();
        REQUIRE(stage != reader_stage::failed);
        if (stage != reader_stage::complete) return;
        const request& message = reader.message();
        read.push_back(message.method + " " + message.target + " " + message.body);
        reader.begin();
    }
}

}  // namespace

TEST_CASE("messages are the same wherever the stream is cut into pieces") {
    for (std::size_t first = 0; first <= pipelined.size(); ++first) {
        for (std::size_t second = first; second <= pipelined.size(); second += 7) {
            message_reader<request> reader(limits);
            std::vector<std::string> read;
            const std::string_view all = pipelined;
            for (const std::string_view piece :
                 {all.substr(0, first), all.substr(first, second - first), all.substr(second)}) {
                receive(reader, piece);
                read_whole_messages(reader, read);
            }
            if (read != expected) FAIL("cut at " << first << " and " << second);
        }
    }
    SUCCEED();
}

TEST_CASE("a body in chunks may end wherever the stream is cut") {
    const std::string all =
        "PUT /4 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for (std::size_t first = 0; first <= all.size(); ++first) {
        for (std::size_t second = first; second <= all.size(); ++second) {
            message_reader<request> reader(limits);
            std::vector<std::string> read;
            const std::string_view text = all;
            for (const std::string_view piece :
                 {text.substr(0, first), text.substr(first, second - first), text.substr(second)}) {
                receive(reader, piece);
                read_whole_messages(reader, read);
            }
            if (read != std::vector<std::string>{"PUT /4 "}) {
                FAIL("cut at " << first << " and " << second);
            }
        }
    }
    SUCCEED();
}

TEST_CASE("a trailer over the header's limit is refused however it arrives") {
    const std::string head =
        "PUT /5 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ";
    const auto refuses = [&](std::size_t trailer, std::size_t piece) {
        const std::string all = head + std::string(trailer, 'x') + "\r\n\r\n";
        message_reader<request> reader(limits);
        for (std::size_t at = 0; at < all.size(); at += piece) {
            receive(reader, std::string_view(all).substr(at, piece));
            reader_stage stage = reader.advance();
            if (stage == reader_stage::body) stage = reader.advance();
            if (stage == reader_stage::failed) return true;
        }
        return false;
    };
    const std::size_t fits = limits.header_bytes_max - std::string_view("0\r\nX: \r\n\r\n").size();
    for (const std::size_t piece : {1, 2, 3, 4096}) {
        CHECK_FALSE(refuses(fits, piece));
        CHECK(refuses(fits + 1, piece));
    }
}

TEST_CASE("a damaged stream is refused or read, and never makes the buffer grow without end") {
    // Every byte in turn is replaced by each of these.
    constexpr std::string_view damages("\0\n\r :;,x0\xff", 10);
    for (std::size_t at = 0; at < pipelined.size(); ++at) {
        for (const char damage : damages) {
            std::string damaged = pipelined;
            damaged[at] = damage;
            damaged += std::string(4096, 'x');
            message_reader<request> reader(limits);
            reader_stage stage = reader_stage::header;
            std::string_view rest = damaged;
            while (!rest.empty() && stage != reader_stage::failed) {
                const auto piece = rest.substr(0, 64);
                rest.remove_prefix(piece.size());
                receive(reader, piece);
                do {
                    if (stage == reader_stage::complete) reader.begin();
                    stage = reader.advance();
                    if (stage == reader_stage::body) stage = reader.advance();
                } while (stage == reader_stage::complete);
                REQUIRE(reader.buffered() <= limits.header_bytes_max + 64);
            }
            CHECK(stage == reader_stage::failed);
        }
    }
}

TEST_CASE("the limit is of the whole header, although it comes field by field") {
    const auto stage_after = [](int fields) {
        message_reader<request> reader(limits);
        receive(reader, "GET / HTTP/1.1\r\nHost: a\r\n");
        for (int each = 0; each < fields; ++each) {
            receive(reader, "X-Field: value\r\n");
            if (reader.advance() == reader_stage::failed) return reader_stage::failed;
        }
        receive(reader, "\r\n");
        return reader.advance();
    };
    CHECK(stage_after(10) == reader_stage::complete);
    CHECK(stage_after(29) == reader_stage::complete);  // 25 + 29 * 16 + 2 bytes of 512
    CHECK(stage_after(31) == reader_stage::failed);
}

TEST_CASE("a header that never ends is refused at its limit, although it comes field by field") {
    message_reader<request> reader(limits);
    receive(reader, "GET / HTTP/1.1\r\nHost: a\r\n");
    int fields = 0;
    while (fields < 1000 && reader.advance() != reader_stage::failed) {
        receive(reader, "X-Field: value\r\n");
        ++fields;
    }
    CHECK(fields == 31);  // 25 + 30 * 16 is still below 512
    CHECK(reader.fault() == reader_fault::header_too_large);
}

TEST_CASE("only an answer without any length is completed by the end of the stream") {
    const auto stage_at_end = [](std::string_view said) {
        message_reader<response> reader(limits);
        const auto room = reader.room();
        std::memcpy(room.data(), said.data(), said.size());
        reader.received(said.size());
        if (reader.advance() == reader_stage::body) (void)reader.advance();
        return reader.end_of_stream();
    };
    CHECK(stage_at_end("HTTP/1.1 200 OK\r\n\r\nabc") == reader_stage::complete);
    CHECK(stage_at_end("HTTP/1.1 200 OK\r\n\r\n") == reader_stage::complete);
    CHECK(stage_at_end("HTTP/1.1 200 OK\r\n") == reader_stage::header);
    CHECK(stage_at_end("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab") == reader_stage::body);
    CHECK(stage_at_end("") == reader_stage::header);
}
