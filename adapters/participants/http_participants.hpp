#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/clock/entropy.hpp"
#include "adapters/participants/backend.hpp"
#include "adapters/participants/backend_options.hpp"
#include "adapters/telemetry/call_metrics.hpp"
#include "engine/ports/participants.hpp"

namespace makegood {

// Calls backends over HTTP/1.1 as CONTRACTS.md section 2 says: one key per effect, the saga's
// trace, and what is left of the time. One per lane, confined to its thread; must outlive the
// io_context's last run, because attempts under way refer to it.
class http_participants final : public participants {
public:
    using backend_map = std::map<std::string, backend_options, std::less<>>;

    // Throws std::invalid_argument when a backend's URL cannot be used.
    http_participants(
        boost::asio::io_context& io, const backend_map& backends, call_metrics& counted
    );

    void send(const perform_call& call, completion done) override;
    [[nodiscard]] std::optional<live_note> note(backend_name name, const call_reference& call)
        const override;

    // Cuts what is under way; it ends without an answer.
    void close();

private:
    [[nodiscard]] backend* find(std::string_view name) const;
    [[nodiscard]] http::request compose(const perform_call& call);
    void finish_later(attempt_outcome outcome, completion done);

    boost::asio::io_context& io_;
    call_metrics& counted_;
    entropy entropy_;
    std::map<std::string, std::unique_ptr<backend>, std::less<>> backends_;
};

}  // namespace makegood
