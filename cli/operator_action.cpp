#include "cli/operator_action.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <boost/json/serialize.hpp>

#include "cli/checkout_filter.hpp"
#include "cli/checkout_pages.hpp"
#include "cli/server_connection.hpp"
#include "cli/server_reader.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

// Who is at the keyboard: for the journal, not for security.
std::string current_user() {
    const passwd* entry = ::getpwuid(::geteuid());
    return entry == nullptr ? fmt::format("uid {}", ::geteuid()) : std::string{entry->pw_name};
}

std::string body_of(const operator_action& action, const json::object& extra) {
    json::object body = extra;
    body["actor"] = action.actor.empty() ? current_user() : action.actor;
    body["reason"] = action.reason;
    return json::serialize(body);
}

std::string target_of(const operator_action& action, std::string_view id) {
    return fmt::format("/v1/checkouts/{}/{}", percent_encoded(id), action.verb);
}

std::string line_of(const json::object& checkout, const palette& paint) {
    const std::string status = text_of(checkout, "status");
    return fmt::format(
        "{}  {}  {}\n", text_of(checkout, "id"), paint.paint(tone_of_status(status), status),
        text_of(checkout, "state")
    );
}

json::object as_checkout(json::value answer) {
    return answer.is_object() ? std::move(answer.get_object()) : json::object{};
}

std::vector<std::string> matching_ids(const operator_action& action, console& out) {
    server_reader reader{action.server};
    progress_report progress{out, "checkouts found"};
    std::vector<std::string> ids;
    const auto take = [&](const json::object& checkout) {
        ids.push_back(text_of(checkout, "id"));
        progress.advance(ids.size());
    };
    static_cast<void>(read_pages(reader, {.query = parse_where(action.where).query()}, take));
    return ids;
}

exit_code act_on_one(const operator_action& action, const json::object& extra, console& out) {
    server_connection server{action.server};
    const json::object checkout =
        as_checkout(server.post(target_of(action, action.id), body_of(action, extra)));
    out.data(
        action.as_json ? json::serialize(checkout) + "\n" : line_of(checkout, out.data_palette())
    );
    return exit_code::done;
}

// Nothing is sent any more once the server is gone: that failure is passed on.
exit_code act_on_all(
    const operator_action& action,
    const json::object& extra,
    const std::vector<std::string>& ids,
    console& out
) {
    server_connection server{action.server};
    const std::string body = body_of(action, extra);
    exit_code worst = exit_code::done;
    std::size_t refused = 0;
    progress_report progress{out, "checkouts asked"};
    for (std::size_t position = 0; position < ids.size(); ++position) {
        progress.advance(position);
        try {
            const json::object checkout =
                as_checkout(server.post(target_of(action, ids[position]), body));
            out.data(
                action.as_json ? json::serialize(checkout) + "\n"
                               : line_of(checkout, out.data_palette())
            );
        } catch (const command_failure& failure) {
            if (failure.code() == errc::server_unreachable) throw;
            out.say(fmt::format("{}: {}", ids[position], failure.what()));
            if (refused++ == 0) worst = exit_code_of(failure.code());
        }
    }
    out.say(fmt::format("{}: {} done, {} refused", action.verb, ids.size() - refused, refused));
    return worst;
}

exit_code act_in_bulk(const operator_action& action, const json::object& extra, console& out) {
    const std::vector<std::string> ids = matching_ids(action, out);
    if (ids.empty()) {
        out.say("no checkout matches");
        return exit_code::done;
    }
    if (action.dry_run) {
        for (const std::string& id : ids)
            out.data((action.as_json ? json::serialize(json::object{{"id", id}}) : id) + "\n");
        out.say(fmt::format("{} would be asked of {} checkouts", action.verb, ids.size()));
        return exit_code::done;
    }
    if (!action.yes) {
        throw command_failure(
            errc::confirmation_missing,
            fmt::format("{} would be asked of {} checkouts", action.verb, ids.size()),
            "--dry-run lists them; --yes does it"
        );
    }
    return act_on_all(action, extra, ids, out);
}

}  // namespace

void add_action_flags(CLI::App& command, operator_action& action) {
    auto* id = command.add_option("ID", action.id, "The checkout");
    auto* where = command.add_option("--where", action.where, "Every checkout that matches")
                      ->type_name("NAME=VALUE,…")
                      ->excludes(id);
    command.add_flag("--dry-run", action.dry_run, "Only list which checkouts that would be")
        ->needs(where);
    command.add_flag("--yes", action.yes, "Do it in bulk without further question");
    command.add_option("--reason", action.reason, "Why, for the journal")
        ->type_name("TEXT")
        ->capture_default_str();
    command.add_option("--actor", action.actor, "Who, for the journal; else the user's name")
        ->type_name("NAME");
    command.add_flag("--json", action.as_json, "Machine-readable");
    add_server_flag(command, action.server);
}

exit_code act(const operator_action& action, const json::object& extra, console& out) {
    if (!action.where.empty()) return act_in_bulk(action, extra, out);
    if (action.id.empty()) {
        throw command_failure(
            errc::usage_wrong, fmt::format("{} needs an ID or --where", action.verb),
            fmt::format("such as `makegood {} chk_…`", action.verb)
        );
    }
    return act_on_one(action, extra, out);
}

}  // namespace makegood::cli
