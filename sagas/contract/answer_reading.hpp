#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/answer.hpp"
#include "engine/saga_record.hpp"

// "How an answer is read" of CONTRACTS.md, in one place for all calls of all sagas.
namespace makegood::contract {

// What a status promises, before the body is looked at.
enum class status_meaning {
    success,  // done, if the body is well-formed
    refused,  // the final no, if the body has a `code`; otherwise a person must look
    retry,
    denied,  // a person must look
};
[[nodiscard]] status_meaning meaning_of(unsigned status);

// The answer when its status is no success. Nothing when it is: then the call's own reader decides.
[[nodiscard]] std::optional<call_answer> read_failure(
    const backend_answer& answer, const saga_record& saga
);

// The body of a success, when it is a JSON object. It is kept in `memory`.
[[nodiscard]] std::optional<boost::json::object> read_object(
    const backend_answer& answer, boost::json::storage_ptr memory
);

// A success of a call whose answer says all in its status: the body is empty or a JSON object. What
// is neither, such as a proxy's page, does not come from the backend.
[[nodiscard]] call_answer read_plain_success(const backend_answer& answer);

// A success without the body that the contract asks for. Nobody knows what happened.
[[nodiscard]] answered_unknown malformed(const backend_answer& answer, std::string_view what);

// A member of that object; nothing when it is absent or of another type.
[[nodiscard]] std::optional<std::string_view> text_member(
    const boost::json::object& object, std::string_view name
);
[[nodiscard]] std::optional<std::int64_t> integer_member(
    const boost::json::object& object, std::string_view name
);
[[nodiscard]] const boost::json::array* array_member(
    const boost::json::object& object, std::string_view name
);
// True when the member is absent or is that text: a backend may, but need not, repeat our ids.
[[nodiscard]] bool agrees(
    const boost::json::object& object, std::string_view name, std::string_view expected
);

// A backend's words, fit to be kept and shown: without card numbers and payment tokens of this
// saga, and no longer than limits::detail_bytes_max.
[[nodiscard]] std::string safe_detail(std::string_view text, const saga_record& saga);

}  // namespace makegood::contract
