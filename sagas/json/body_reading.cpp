#include "sagas/json/body_reading.hpp"

#include <utility>

#include "sagas/json/card_numbers.hpp"
#include "sagas/json/scratch_memory.hpp"
#include "sagas/json/strict_reading.hpp"

namespace makegood::json {

result_or<boost::json::value, start_refusal> read_body(
    std::string_view body, boost::json::storage_ptr memory
) {
    auto document = read_strictly(body, std::move(memory));
    if (!document) {
        const reading_problem& problem = document.error();
        std::vector<field_problem> problems;
        if (!problem.pointer.empty()) problems.push_back({problem.pointer, problem.detail});
        return start_refusal{"invalid-json", problem.detail, std::move(problems)};
    }
    if (const auto pointer = find_card_number(*document)) {
        return start_refusal{
            "card-number-refused",
            "the request holds a card number: send a token of the payment provider instead",
            {{*pointer, "this looks like a card number"}}};
    }
    return std::move(*document);
}

std::optional<start_refusal> refuse_body(std::string_view body) {
    scratch_memory memory;
    auto document = read_body(body, memory.storage());
    if (document) return std::nullopt;
    return document.error();
}

}  // namespace makegood::json
