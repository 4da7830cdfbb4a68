#include "statestore/record_difference.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/definition.hpp"
#include "statestore/layout.hpp"

namespace makegood::statestore {
namespace {

using named_value = std::pair<std::string, std::string>;

// Walks a record as the codec does and notes each leaf with its path.
class flattener {
public:
    template <class Value>
    void field(std::string_view name, const Value& value) {
        const std::size_t outer = path_.size();
        if (outer != 0) path_ += '.';
        path_ += name;
        put(value);
        path_.resize(outer);
    }

    [[nodiscard]] const std::vector<named_value>& values() const { return values_; }

private:
    void add(std::string text) { values_.emplace_back(path_, std::move(text)); }

    void put(const std::string& value) { add(value); }
    template <class Tag>
    void put(const named_text<Tag>& value) {
        add(value.value);
    }
    template <class Tag>
    void put(const declared_name<Tag>& value) {
        add(std::string(value.value));
    }
    template <std::unsigned_integral Number>
    void put(Number value) {
        add(std::to_string(value));
    }
    void put(bool value) { add(value ? "true" : "false"); }
    void put(instant value) { add(value == never ? "never" : format_instant(value)); }
    void put(call_status value) { add(std::string(call_status_text(value))); }
    template <class Value>
    void put(const std::optional<Value>& value) {
        if (value) put(*value);
    }
    template <class Value>
    void put(const std::vector<Value>& values) {
        const std::string outer = path_;
        for (std::size_t i = 0; i < values.size(); ++i) {
            path_ = outer + "[" + std::to_string(i) + "]";
            put(values[i]);
        }
        path_ = outer;
    }
    void put(const variables& value) {
        for (const variables::entry& each : value)
            field(each.name, each.value);
    }
    template <class Value>
    requires requires(flattener& archive, const Value& value) { describe(archive, value); }
    void put(const Value& value) { describe(*this, value); }

    std::string path_;
    std::vector<named_value> values_;
};

std::vector<named_value> flatten(const saga_record& saga) {
    flattener walk;
    walk.field("definition", std::string(saga.definition->name()));
    walk.field("version", saga.definition->version());
    describe(walk, saga);
    walk.field("inputs", saga.inputs);
    walk.field("traceparent", saga.traceparent);
    return walk.values();
}

const std::string* find(const std::vector<named_value>& values, std::string_view field) {
    const auto at = std::find_if(values.begin(), values.end(), [&](const named_value& each) {
        return each.first == field;
    });
    return at == values.end() ? nullptr : &at->second;
}

}  // namespace

std::optional<field_difference> first_difference(
    const saga_record& stored, const saga_record& folded
) {
    constexpr std::string_view absent = "(absent)";
    const std::vector<named_value> left = flatten(stored);
    const std::vector<named_value> right = flatten(folded);
    for (const auto& [field, value] : left) {
        const std::string* other = find(right, field);
        if (other == nullptr) return field_difference{field, value, std::string(absent)};
        if (*other != value) return field_difference{field, value, *other};
    }
    for (const auto& [field, value] : right) {
        if (find(left, field) == nullptr)
            return field_difference{field, std::string(absent), value};
    }
    return {};
}

}  // namespace makegood::statestore
