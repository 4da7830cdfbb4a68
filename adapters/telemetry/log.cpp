#include "adapters/telemetry/log.hpp"

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <memory>

#include "adapters/clock/clock.hpp"
#include "adapters/telemetry/trace_context.hpp"

namespace makegood {

namespace {

struct log_state {
    std::shared_ptr<spdlog::logger> lines;
    bool as_json = false;
};

log_state open_state(const log_options& options);

log_state& state() {
    static log_state opened = open_state({});
    return opened;
}

spdlog::level::level_enum spdlog_level(log_level level) {
    switch (level) {
        case log_level::debug: return spdlog::level::debug;
        case log_level::info: return spdlog::level::info;
        case log_level::warning: return spdlog::level::warn;
        case log_level::error: return spdlog::level::err;
        case log_level::silent: return spdlog::level::off;
    }
    return spdlog::level::off;
}

std::string_view level_text(log_level level) {
    switch (level) {
        case log_level::debug: return "debug";
        case log_level::info: return "info";
        case log_level::warning: return "warning";
        case log_level::error: return "error";
        case log_level::silent: return "silent";
    }
    return "";
}

bool wants_json(log_form form) {
    switch (form) {
        case log_form::automatic: return ::isatty(STDERR_FILENO) == 0;
        case log_form::readable: return false;
        case log_form::json: return true;
    }
    return true;
}

log_state open_state(const log_options& options) {
    log_state opened;
    opened.as_json = wants_json(options.form);
    if (opened.as_json) {
        auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        opened.lines = std::make_shared<spdlog::logger>("makegood", std::move(sink));
        opened.lines->set_pattern("%v");
    } else {
        auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
        opened.lines = std::make_shared<spdlog::logger>("makegood", std::move(sink));
        opened.lines->set_pattern("%H:%M:%S.%e %^%-7l%$ %v");
    }
    opened.lines->set_level(spdlog_level(options.level));
    opened.lines->flush_on(spdlog::level::debug);
    return opened;
}

std::string readable_line(std::string_view message, const log_subject& subject) {
    std::string line(message);
    if (!subject.saga.empty()) line.append("  saga=").append(subject.saga);
    if (!subject.trace_id.empty()) line.append("  trace=").append(subject.trace_id);
    return line;
}

void append_member(std::string& line, std::string_view name, std::string_view value) {
    line += line.size() == 1 ? "\"" : ",\"";
    line.append(name).append("\":");
    line += boost::json::serialize(boost::json::string_view(value.data(), value.size()));
}

}  // namespace

std::optional<log_level> parse_log_level(std::string_view text) {
    for (const log_level level :
         {log_level::debug, log_level::info, log_level::warning, log_level::error,
          log_level::silent}) {
        if (text == level_text(level)) return level;
    }
    return std::nullopt;
}

log_subject log_subject::of(const saga_record& saga) {
    return {.saga = saga.id.text(), .trace_id = std::string(trace_id_of(saga.traceparent))};
}

void open_log(const log_options& options) {
    state() = open_state(options);
}

bool logs(log_level level) {
    return state().lines->should_log(spdlog_level(level));
}

void log(log_level level, std::string_view message, const log_subject& subject) {
    if (!logs(level)) return;
    log_state& opened = state();
    const std::string line = opened.as_json ? json_log_line(now(), level, message, subject)
                                            : readable_line(message, subject);
    opened.lines->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

std::string json_log_line(
    instant at, log_level level, std::string_view message, const log_subject& subject
) {
    std::string line = "{";
    append_member(line, "at", format_instant(at));
    append_member(line, "level", level_text(level));
    append_member(line, "message", message);
    if (!subject.saga.empty()) append_member(line, "saga", subject.saga);
    if (!subject.trace_id.empty()) append_member(line, "trace_id", subject.trace_id);
    line += '}';
    return line;
}

}  // namespace makegood
