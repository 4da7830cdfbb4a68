#include "adapters/api/statistics_json.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace makegood {

namespace json = boost::json;

void add_statistics(store_statistics& sum, const store_statistics& part) {
    for (const auto& [key, count] : part.sagas_by_status) {
        const auto same = [&name = key](const auto& each) { return each.first == name; };
        const auto known =
            std::find_if(sum.sagas_by_status.begin(), sum.sagas_by_status.end(), same);
        if (known == sum.sagas_by_status.end()) {
            sum.sagas_by_status.emplace_back(key, count);
        } else {
            known->second += count;
        }
    }
    sum.journal_entries += part.journal_entries;
    sum.idempotency_keys += part.idempotency_keys;
    sum.events_waiting += part.events_waiting;
    sum.bytes_on_disk += part.bytes_on_disk;
}

std::string statistics_json(const store_statistics& stored) {
    json::object sagas;
    for (const auto& [key, count] : stored.sagas_by_status) {
        const std::size_t space = key.find(' ');
        json::value& statuses = sagas[key.substr(0, space)];
        if (!statuses.is_object()) statuses.emplace_object();
        statuses.get_object()[space == std::string::npos ? key : key.substr(space + 1)] = count;
    }
    return json::serialize(json::object{
        {"sagas", std::move(sagas)},
        {"journal_entries", stored.journal_entries},
        {"idempotency_keys", stored.idempotency_keys},
        {"events_waiting", stored.events_waiting},
        {"bytes_on_disk", stored.bytes_on_disk},
    });
}

}  // namespace makegood
