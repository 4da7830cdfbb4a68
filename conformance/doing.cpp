#include "conformance/doing.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

namespace makegood::conformance {

std::string doing::case_id(std::string_view rule) const {
    return fmt::format("{}.{}.{}", name_of(of), name, rule);
}

std::string doing::undo_case_id(std::string_view rule) const {
    return fmt::format("{}.{}.{}", name_of(of), undo_name, rule);
}

std::string doing::id_of(const trial_ids& ids) const {
    return std::string(id_prefix) + ids.suffix;
}

backend_call doing::make(const suite_options& options, const trial_ids& ids) const {
    return make(ids, body(options, ids));
}

backend_call doing::make(const trial_ids& ids, const boost::json::object& with) const {
    return {"POST", std::string(collection), boost::json::serialize(with), ids.key(call)};
}

backend_call doing::undo(const trial_ids& ids, std::string_view more) const {
    auto undoing = follow_up(ids, undo_verb, call);
    undoing.key += ":undo";
    if (!more.empty()) undoing.key += fmt::format(":{}", more);
    return undoing;
}

backend_call doing::follow_up(
    const trial_ids& ids, std::string_view verb, std::string_view followed_call
) const {
    return {
        "POST", fmt::format("{}/{}/{}", collection, id_of(ids), verb), "{}",
        ids.key(followed_call)};
}

exchange doing::prepare(trial& in, const trial_ids& ids) const {
    if (!undo_name.empty()) in.afterwards(undo(ids));
    exchange done = in.send(make(in.options(), ids));
    in.prepared(in.is_done(done), fmt::format("`{}` did not work", call), done);
    return done;
}

}  // namespace makegood::conformance
