#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "adapters/http/message_reader.hpp"
#include "engine/identifiers.hpp"

// A stream of bytes, cut into messages in the way that the server's session and the client's
// connection do it.
namespace makegood::fuzz {

// Small, so that short inputs reach them.
inline constexpr http::reader_limits stream_limits{512, 1024};

template <class Message>
struct message_read {
    Message message;
    bool keep_alive = false;
    bool version_1_0 = false;
};

template <class Message>
struct stream_read {
    std::vector<message_read<Message>> messages;
    std::size_t left_over = 0;  // bytes past the last message
};

// How many bytes the network brings at a time: all there is, or what follows from the seed.
class piece_sizes {
public:
    static piece_sizes all() { return piece_sizes(0); }
    static piece_sizes of(std::string_view bytes) { return piece_sizes(stable_hash(bytes) | 1); }

    std::size_t next() {
        if (seed_ == 0) return SIZE_MAX;
        seed_ = seed_ * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
        return 1 + (seed_ >> 32) % ((seed_ >> 60) + 1);  // mostly one to four
    }

private:
    explicit piece_sizes(std::uint64_t seed) : seed_(seed) {}

    std::uint64_t seed_;
};

// For what is written again, with fields of our own.
inline constexpr http::reader_limits written_limits{4096, 1024};

struct stream_rules {
    bool to_head = false;  // the messages are answers to HEAD
    http::reader_limits limits = stream_limits;
};

template <class Message>
stream_read<Message> read_stream(
    std::string_view bytes, piece_sizes pieces, stream_rules rules = {}
) {
    using http::reader_stage;
    http::message_reader<Message> reader(rules.limits);
    reader.begin(rules.to_head);
    stream_read<Message> seen;
    const auto keep = [&] {
        seen.messages.push_back({reader.message(), reader.keep_alive(), reader.version_1_0()});
    };
    for (;;) {
        reader_stage stage = reader.advance();
        if (stage == reader_stage::body) stage = reader.advance();
        if (stage == reader_stage::header || stage == reader_stage::body) {
            if (bytes.empty()) {
                if (reader.end_of_stream() == reader_stage::complete) keep();
                break;
            }
            const auto room = reader.room();
            const std::size_t size = std::min({pieces.next(), bytes.size(), room.size()});
            std::memcpy(room.data(), bytes.data(), size);
            reader.received(size);
            bytes.remove_prefix(size);
            continue;
        }
        if (stage == reader_stage::failed) break;
        keep();
        if (!seen.messages.back().keep_alive) break;
        reader.begin(rules.to_head);
    }
    seen.left_over = reader.buffered() + bytes.size();
    return seen;
}

[[nodiscard]] inline bool same_fields(const http::field_list& left, const http::field_list& right) {
    return std::equal(
        left.begin(), left.end(), right.begin(), right.end(),
        [](const http::field& one, const http::field& other) {
            return one.name == other.name && one.value == other.value;
        }
    );
}

// What a field may not hold lest it becomes two when it is written again.
[[nodiscard]] inline bool splits_nothing(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace makegood::fuzz
