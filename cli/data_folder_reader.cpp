#include "cli/data_folder_reader.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "adapters/api/cursor.hpp"
#include "adapters/api/event_page.hpp"
#include "adapters/api/event_query.hpp"
#include "adapters/api/event_scan.hpp"
#include "adapters/api/journal_json.hpp"
#include "adapters/api/list_query.hpp"
#include "adapters/api/statistics_json.hpp"
#include "cli/exit_code.hpp"
#include "cli/store_failure.hpp"
#include "sagas/registry.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

// The same words as the API has for the same mistake.
[[noreturn]] void refuse_query(const problem& refused) {
    if (refused.status == 410) {
        throw command_failure(errc::gone, fmt::format("{}: {}", refused.code, refused.detail));
    }
    std::string what = refused.detail;
    // A single problem is the detail already.
    if (refused.errors.size() < 2) throw command_failure(errc::usage_wrong, what);
    for (const field_problem& wrong : refused.errors) {
        what += fmt::format("\n  {} {}", wrong.pointer, wrong.detail);
    }
    throw command_failure(errc::usage_wrong, what);
}

// A folder that is there and lacks the saga answers as the API does; it is not a missing folder.
template <class Value>
Value found_or_throw(
    store_result<Value> result, const saga_id& id, const std::filesystem::path& path
) {
    if (result || result.error().code != store_errc::not_found) {
        return value_or_throw(std::move(result), path);
    }
    throw command_failure(
        errc::not_found, fmt::format("there is no checkout {} in {}", id.text(), path.string()),
        "see `makegood explain not-found`"
    );
}

json::object rendered(const saga_record& saga) {
    return json::parse(saga.definition->render(saga, {})).as_object();
}

}  // namespace

opened_folder::opened_folder(std::filesystem::path path)
    : path_(std::move(path)),
      // Stored sagas carry their own settings.
      registry_(make_registry({})),
      reader_(value_or_throw(statestore::folder_reader::open(path_, registry_), path_)) {}

saga_record opened_folder::load(std::string_view text) {
    const saga_id id = parse_saga_id(text);
    return found_or_throw(reader_->load(id), id, path_);
}

std::vector<journal_entry> opened_folder::journal(const saga_id& id) {
    return found_or_throw(reader_->journal(id), id, path_);
}

saga_id parse_saga_id(std::string_view text) {
    if (const auto id = saga_id::parse(text)) return *id;
    throw command_failure(
        errc::not_found, fmt::format("\"{}\" is not an id", text),
        "ids look like chk_ and 26 letters and digits; `makegood list` shows them"
    );
}

void require_data_folder(const std::string& data, std::string_view command) {
    if (!data.empty()) return;
    throw command_failure(
        errc::usage_wrong, fmt::format("{} reads a data folder and needs --data DIR", command),
        "a server may have it open meanwhile; nothing of it is changed"
    );
}

json::object data_folder_reader::list(const query_parameters& query) {
    const auto wanted = read_list_query(query_text(query), folder_.registry());
    if (!wanted) refuse_query(wanted.error());
    const saga_page found = value_or_throw(folder_.reader().list(*wanted), folder_.path());
    json::object page;
    if (found.next) page["next_cursor"] = cursor_text(*found.next);
    json::array& items = page["items"].emplace_array();
    for (const saga_record& saga : found.items)
        items.push_back(rendered(saga));
    return page;
}

json::object data_folder_reader::checkout(std::string_view id) {
    return rendered(folder_.load(id));
}

json::array data_folder_reader::journal(std::string_view text) {
    const saga_id id = parse_saga_id(text);
    const auto shown = journal_json(folder_.registry(), id, folder_.journal(id));
    if (!shown) {
        throw command_failure(
            errc::store_corrupt,
            fmt::format("entry {}: {}", shown.error().at, shown.error().detail),
            "`makegood verify --data DIR` checks the whole folder"
        );
    }
    return json::parse(*shown).at("items").as_array();
}

json::object data_folder_reader::events(const query_parameters& query) {
    const auto& stores = folder_.reader().stores();
    const auto wanted = read_event_query(
        query_text(query), event_history_of(folder_.reader().folder_id(), stores.size())
    );
    if (!wanted) refuse_query(wanted.error());
    std::vector<event_scan> scans;
    for (std::size_t lane = 0; lane < stores.size(); ++lane) {
        scans.push_back(value_or_throw(
            scan_events(
                *stores[lane], wanted->filter, begin_of(*wanted, lane), page_limits(*wanted)
            ),
            folder_.path()
        ));
    }
    const auto page = event_page_json(*wanted, std::move(scans));
    if (!page) refuse_query(page.error());
    return json::parse(*page).as_object();
}

json::object data_folder_reader::statistics() {
    const store_statistics counted = value_or_throw(folder_.reader().statistics(), folder_.path());
    return json::parse(statistics_json(counted)).as_object();
}

}  // namespace makegood::cli
