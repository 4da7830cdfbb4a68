#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <string_view>

#include "engine/answer.hpp"
#include "engine/time.hpp"

namespace makegood::simulation {

// One request as it arrives.
struct arrival {
    std::string_view method;
    std::string_view target;
    std::string_view body;
    std::string_view key;  // Idempotency-Key
    instant at{};
};

// Decides what only the backend can: whether it says no. Asked once for each key.
class mood {
public:
    virtual ~mood() = default;
    [[nodiscard]] virtual bool refuses() = 0;
    [[nodiscard]] virtual bool ends_reservation_early() = 0;
    [[nodiscard]] virtual bool captures_early() = 0;
};

// A small model of a backend that follows the contract: a repeated key gets the first answer, an
// undo is taken for what was never seen and bars it, and undoing twice is undoing once. What it
// holds survives its restarts. Derived classes say what a request does.
class backend {
public:
    explicit backend(mood& humour) : mood_(humour) {}
    virtual ~backend() = default;
    backend(const backend&) = delete;
    backend& operator=(const backend&) = delete;

    [[nodiscard]] backend_answer receive(const arrival& request);
    // Requests whose key had come with another payload; the engine must not send any.
    [[nodiscard]] const std::string& reused_key() const { return reused_key_; }
    // Whether a request with that key has come, or one for it by hand.
    [[nodiscard]] bool was_asked(const std::string& key) const {
        const auto at = seen_.lower_bound(key);
        return at != seen_.end() && at->first.starts_with(key);
    }

protected:
    // `path` is the target's segments after "/v1/": {"reservations", "res_1", "confirm"}.
    struct parts {
        std::string_view collection;
        std::string_view subject;
        std::string_view verb;
    };
    virtual backend_answer perform(
        const arrival& request, const parts& path, const boost::json::object& body
    ) = 0;

    [[nodiscard]] mood& humour() { return mood_; }

private:
    struct first_time {
        std::string target;
        std::string body;
        backend_answer answer;
    };
    mood& mood_;
    std::map<std::string, first_time> seen_;
    std::string reused_key_;
};

[[nodiscard]] backend_answer answer_with(unsigned status, std::string body);
[[nodiscard]] backend_answer refuse_with(unsigned status, std::string_view code);
[[nodiscard]] std::string_view text_of(const boost::json::object& body, std::string_view name);

}  // namespace makegood::simulation
