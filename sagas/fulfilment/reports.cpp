#include "sagas/fulfilment/reports.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "engine/limits.hpp"
#include "sagas/contract/derived_ids.hpp"
#include "sagas/contract/shipment.hpp"
#include "sagas/json/body_reading.hpp"
#include "sagas/json/fields.hpp"
#include "sagas/json/scratch_memory.hpp"

namespace makegood::fulfilment {
namespace {

namespace bj = boost::json;
namespace variable = contract::variable;

constexpr std::size_t status_bytes_max = 32;
constexpr std::size_t tracking_bytes_max = 128;
constexpr std::size_t time_bytes_max = 64;
constexpr std::size_t id_bytes_max = 64;

std::string expected_words() {
    std::string words;
    for (const contract::shipment_status& each : contract::shipment_statuses) {
        if (!words.empty()) words += ", ";
        words += each.word;
    }
    return "one of " + words + " is expected";
}

start_refusal refusal_of(std::vector<field_problem> problems) {
    std::string detail = problems.front().pointer + ": " + problems.front().detail;
    return {"invalid-field", std::move(detail), std::move(problems)};
}

// Reads what a report says beside its status. Lives for one report.
class report_reader {
public:
    explicit report_reader(const bj::object& report) : fields_(report, "", problems_) {}

    const contract::shipment_status* read_status() {
        const auto word = fields_.text("status", status_bytes_max);
        if (!word) return nullptr;
        const contract::shipment_status* status = contract::find_shipment_status(*word);
        if (status == nullptr) fields_.refuse("status", expected_words());
        return status;
    }

    std::optional<saga_id> read_shipment_id() {
        const auto text = fields_.text("shipment_id", id_bytes_max);
        if (!text) return {};
        const std::optional<saga_id> fulfilment = contract::fulfilment_of(*text);
        if (!fulfilment) fields_.refuse("shipment_id", "the id of a shipment, shp_…, is expected");
        return fulfilment;
    }

    fact_reported read(const contract::shipment_status& status, std::string_view reporter) {
        fact_reported told;
        told.fact = status.word;
        told.reporter = reporter;
        told.learnt.set(status.variable, std::string("1"));
        if (const auto at = read_time()) {
            told.learnt.set(variable::happened_at(status.variable), format_instant(*at));
        }
        if (const auto tracking = optional_text("tracking", tracking_bytes_max)) {
            told.learnt.set(variable::shipment_tracking, std::string(*tracking));
        }
        told.detail = optional_text("detail", limits::reason_bytes_max).value_or("");
        return told;
    }

    void refuse_others(std::string_view first) {
        fields_.refuse_others({first, "tracking", "at", "detail"});
    }
    std::vector<field_problem> take_problems() { return problems_.take(); }

private:
    std::optional<std::string_view> optional_text(std::string_view name, std::size_t bytes_max) {
        return fields_.has(name) ? fields_.text(name, bytes_max) : std::nullopt;
    }

    std::optional<instant> read_time() {
        const auto text = optional_text("at", time_bytes_max);
        if (!text) return {};
        const std::optional<instant> at = parse_instant(*text);
        if (!at) fields_.refuse("at", "a time such as 2026-11-20T08:15:30Z is expected");
        return at;
    }

    json::problem_list problems_;
    json::field_reader fields_;
};

start_refusal no_object() {
    return {"invalid-json", "a JSON object is expected", {}};
}

}  // namespace

result_or<fact_reported, start_refusal> read_report(
    std::string_view body, std::string_view reporter
) {
    json::scratch_memory memory;
    const auto document = json::read_body(body, memory.storage());
    if (!document) return document.error();
    if (!document->is_object()) return no_object();
    report_reader reader(document->get_object());
    reader.refuse_others("status");
    const contract::shipment_status* status = reader.read_status();
    fact_reported told;
    if (status != nullptr) told = reader.read(*status, reporter);
    if (auto problems = reader.take_problems(); !problems.empty()) {
        return refusal_of(std::move(problems));
    }
    return told;
}

result_or<addressed_report, start_refusal> read_shipment_event(
    std::string_view type, std::string_view data, std::string_view reporter
) {
    const bool is_ours = type.starts_with(shipment_event_prefix);
    const contract::shipment_status* status =
        is_ours ? contract::find_shipment_status(type.substr(shipment_event_prefix.size()))
                : nullptr;
    if (status == nullptr) {
        return start_refusal{
            "invalid-field",
            "the type is none of a shipment's: shipment.shipped, shipment.delivered, "
            "shipment.lost or shipment.returned is expected",
            {}};
    }
    json::scratch_memory memory;
    const auto document = json::read_body(data, memory.storage());
    if (!document) return document.error();
    if (!document->is_object()) return no_object();
    report_reader reader(document->get_object());
    const std::optional<saga_id> fulfilment = reader.read_shipment_id();
    fact_reported told = reader.read(*status, reporter);
    if (auto problems = reader.take_problems(); !problems.empty()) {
        return refusal_of(std::move(problems));
    }
    return addressed_report{*fulfilment, std::move(told)};
}

}  // namespace makegood::fulfilment
