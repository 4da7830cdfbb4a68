#pragma once

#include "simulation/backends/backend.hpp"

namespace makegood::simulation {

enum class authorization_status : std::uint8_t {
    requires_action,
    authorized,
    declined,
    voided,
    captured,
    refunded,
};

// Money: authorizations, and what becomes of them. "tok_declined" is always declined, "tok_3ds"
// needs the customer.
class payments final : public backend {
public:
    struct authorization {
        authorization_status status{};
        bool undone = false;  // a void or a refund was taken, even for what was never seen
        std::int64_t amount = 0;
    };

    using backend::backend;

    // What the customer did at the bank.
    void customer_acted(std::string_view id, bool agreed);

    [[nodiscard]] const authorization* find(std::string_view id) const;
    [[nodiscard]] const std::map<std::string, authorization, std::less<>>& all() const {
        return authorizations_;
    }

private:
    backend_answer perform(
        const arrival& request, const parts& path, const boost::json::object& body
    ) override;
    backend_answer authorize(const boost::json::object& body);
    backend_answer undo(std::string_view id);
    backend_answer capture(std::string_view id);
    backend_answer refund(std::string_view id);

    std::map<std::string, authorization, std::less<>> authorizations_;
};

}  // namespace makegood::simulation
