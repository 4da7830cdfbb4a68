#include "tests/adapters/openapi_schema.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "adapters/api/openapi_document.hpp"
#include "tests/adapters/simple_yaml.hpp"

namespace makegood::test {

namespace json = boost::json;

namespace {

const json::object& followed(const json::object& schema) {
    const auto reference = schema.find("$ref");
    if (reference == schema.end()) return schema;
    const std::string pointer(reference->value().as_string());
    return openapi().at_pointer(pointer.substr(1)).as_object();
}

bool has_type(const json::value& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    if (type == "number") return value.is_number();
    return type == "boolean" && value.is_bool();
}

class comparison {
public:
    void compare(const json::value& value, const json::object& described, const std::string& at) {
        const json::object& schema = followed(described);
        if (!has_type(value, schema.at("type").as_string())) return note(at, "has another type");
        if (const auto words = schema.find("enum"); words != schema.end()) {
            const json::array& known = words->value().as_array();
            const bool is_known = std::find(known.begin(), known.end(), value) != known.end();
            if (!is_known) note(at, "is none of the words");
        }
        if (value.is_object()) compare_members(value.as_object(), schema, at);
        if (!value.is_array()) return;
        for (const json::value& item : value.as_array()) {
            compare(item, schema.at("items").as_object(), at + "[]");
        }
    }

    std::vector<std::string> found;

private:
    void compare_members(
        const json::object& members, const json::object& schema, const std::string& at
    ) {
        if (const auto required = schema.find("required"); required != schema.end()) {
            for (const json::value& name : required->value().as_array()) {
                if (!members.contains(name.as_string())) note(at, "lacks " + text_of(name));
            }
        }
        const auto properties = schema.find("properties");
        if (properties == schema.end()) return;  // any members
        for (const auto& member : members) {
            const std::string name(member.key());
            const json::object& known = properties->value().as_object();
            const auto property = known.find(name);
            if (property == known.end()) {
                note(at, "has " + name + ", which is not described");
            } else {
                compare(member.value(), property->value().as_object(), at + "/" + name);
            }
        }
    }

    static std::string text_of(const json::value& name) { return std::string(name.as_string()); }
    void note(const std::string& at, const std::string& what) { found.push_back(at + " " + what); }
};

}  // namespace

std::vector<std::string> differences(const json::value& value, std::string_view schema_name) {
    comparison compared;
    const std::string name(schema_name);
    const json::value& schema = openapi().at_pointer("/components/schemas/" + name);
    compared.compare(value, schema.as_object(), name);
    return compared.found;
}

const json::value& openapi() {
    static const json::value parsed = parse_simple_yaml(openapi_document());
    return parsed;
}

}  // namespace makegood::test
