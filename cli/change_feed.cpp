#include "cli/change_feed.hpp"

#include <algorithm>
#include <array>

#include <boost/json/array.hpp>

namespace makegood::cli {

namespace {

namespace json = boost::json;

constexpr const char* page_limit = "500";
constexpr std::array open_statuses{"running", "awaiting_customer", "compensating", "parked"};

bool is_open(const json::object& checkout) {
    const std::string status = text_of(checkout, "status");
    return std::find(open_statuses.begin(), open_statuses.end(), status) != open_statuses.end();
}

bool same(const json::object& left, const json::object& right) {
    for (const std::string_view member : {"status", "state", "updated_at"}) {
        if (text_of(left, member) != text_of(right, member)) return false;
    }
    return true;
}

}  // namespace

std::vector<json::object> change_feed::changes(checkout_reader& reader) {
    checkouts current;
    const auto look = [&](query_parameters query) {
        query.emplace_back("limit", page_limit);
        json::object page = reader.list(query);
        for (json::value& item : page["items"].as_array()) {
            json::object& checkout = item.as_object();
            current.insert_or_assign(text_of(checkout, "id"), std::move(checkout));
        }
    };
    look({});
    for (const char* status : open_statuses)
        look({{"status", status}});
    // What was open and is on no page any more has most likely ended.
    for (const auto& [id, checkout] : seen_) {
        if (is_open(checkout) && !current.contains(id)) {
            current.insert_or_assign(id, reader.checkout(id));
        }
    }
    std::vector<json::object> changed;
    for (const auto& [id, checkout] : current) {
        const auto before = seen_.find(id);
        const bool news = before == seen_.end() ? !first_look_ || is_open(checkout)
                                                : !same(before->second, checkout);
        if (news) changed.push_back(checkout);
    }
    std::sort(changed.begin(), changed.end(), [](const auto& left, const auto& right) {
        return text_of(left, "updated_at") < text_of(right, "updated_at");
    });
    seen_ = std::move(current);
    first_look_ = false;
    return changed;
}

}  // namespace makegood::cli
