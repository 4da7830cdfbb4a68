#pragma once

#include <string>
#include <string_view>

#include "adapters/http/message.hpp"

namespace makegood::http {

struct origin;

// How an answer is framed on its connection.
struct answer_framing {
    bool to_head = false;           // the length is told, the body is not sent
    bool keep_alive = true;         // otherwise `Connection: close`
    bool tells_keep_alive = false;  // an HTTP/1.0 client has to be told
    bool in_chunks = false;         // the body follows later, in chunks
    bool until_close = false;       // the body follows later, up to the end of the connection
};

// A whole message is written into one buffer by hand: one send for head and body costs a third of
// what Beast's serializer does. Framing fields in `fields` are left out, and control characters in
// values become spaces, so that no value can add a field or a second message.
void append_response(std::string& out, const response& answer, answer_framing framing);
// One piece of a body in chunks; the empty piece ends the body.
void append_chunk(std::string& out, std::string_view piece);
void append_request(std::string& out, const request& message, const origin& where);

// An error of the transport's own, as application/problem+json with a stable word code.
response problem(unsigned status, std::string_view code, std::string_view detail);

}  // namespace makegood::http
