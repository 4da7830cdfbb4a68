#include "cli/server_reader.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "cli/exit_code.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

[[noreturn]] void refuse_shape(std::string_view target) {
    throw command_failure(
        errc::server_failed, fmt::format("the answer to {} is not what it should be", target),
        "is that a makegood server of this version?"
    );
}

json::object object_or_throw(json::value answer, std::string_view target) {
    if (!answer.is_object()) refuse_shape(target);
    return std::move(answer.get_object());
}

json::array items_or_throw(json::object answer, std::string_view target) {
    json::value* items = answer.if_contains("items");
    if (items == nullptr || !items->is_array()) refuse_shape(target);
    for (const json::value& item : items->get_array()) {
        if (!item.is_object()) refuse_shape(target);
    }
    return std::move(items->get_array());
}

}  // namespace

json::object server_reader::page(std::string target, const query_parameters& query) {
    if (!query.empty()) target += "?" + query_text(query);
    json::object read = object_or_throw(server_.get(target), target);
    read["items"] = items_or_throw(read, target);
    return read;
}

json::object server_reader::list(const query_parameters& query) {
    return page("/v1/checkouts", query);
}

json::object server_reader::events(const query_parameters& query) {
    const std::string target = "/v1/events";
    json::object read = page(target, query);
    const json::value* const more = read.if_contains("more");
    if (text_of(read, "next").empty() || more == nullptr || !more->is_bool()) refuse_shape(target);
    return read;
}

json::object server_reader::checkout(std::string_view id) {
    const std::string target = "/v1/checkouts/" + percent_encoded(id);
    return object_or_throw(server_.get(target), target);
}

json::array server_reader::journal(std::string_view id) {
    const std::string target = fmt::format("/v1/checkouts/{}/journal", percent_encoded(id));
    return items_or_throw(object_or_throw(server_.get(target), target), target);
}

json::object server_reader::statistics() {
    const std::string target = "/v1/statistics";
    return object_or_throw(server_.get(target), target);
}

}  // namespace makegood::cli
