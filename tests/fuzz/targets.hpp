#pragma once

#include <string_view>

// What the fuzzer calls. A target takes any bytes, lets the code under test read them, and asserts
// (ASSERT aborts, which the fuzzer and the replay report with the input) what must be true of
// whatever it read. Pure, quick, and without memory of the last input.
namespace makegood::fuzz {

void http_request(std::string_view bytes);
void http_response(std::string_view bytes);
void header_fields(std::string_view bytes);
void json_body(std::string_view bytes);
void answer(std::string_view bytes);
void codec(std::string_view bytes);
void configuration(std::string_view bytes);

}  // namespace makegood::fuzz
