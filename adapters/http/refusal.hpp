#pragma once

#include "adapters/http/message_reader.hpp"
#include "adapters/http/server.hpp"

namespace makegood::http {

// The answer to what is no request that the server takes: too large, malformed, or too late.
response refusal_of(const message_reader<request>& refused, const server_options& limits);

}  // namespace makegood::http
