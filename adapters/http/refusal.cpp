#include "adapters/http/refusal.hpp"

#include <string>

#include "adapters/http/wire_text.hpp"

namespace makegood::http {

response refusal_of(const message_reader<request>& refused, const server_options& limits) {
    const std::string& detail = refused.fault_detail();
    switch (refused.fault()) {
        case reader_fault::header_too_large:
            return problem(
                431, "header-too-large",
                "Send a header of at most " + std::to_string(limits.header_bytes_max) + " bytes."
            );
        case reader_fault::body_too_large:
            return problem(
                413, "body-too-large",
                "Send a body of at most " + std::to_string(limits.body_bytes_max) + " bytes."
            );
        case reader_fault::unsupported_coding: return problem(501, "not-implemented", detail);
        case reader_fault::malformed: return problem(400, "malformed-request", detail);
        case reader_fault::none: break;
    }
    return problem(408, "request-timeout", "The request did not arrive within its time.");
}

}  // namespace makegood::http
