#pragma once

#include "simulation/backends/backend.hpp"

namespace makegood::simulation {

// Things that are made and taken back by id: orders, shipments.
class record_keeper final : public backend {
public:
    struct record {
        bool made = false;
        bool undone = false;
        std::string body;  // of the request that made it
    };

    // `id_member` names the id in the request that makes one.
    record_keeper(mood& humour, std::string_view id_member)
        : backend(humour), id_member_(id_member) {}

    [[nodiscard]] const record* find(std::string_view id) const;
    [[nodiscard]] const std::map<std::string, record, std::less<>>& all() const { return records_; }

private:
    backend_answer perform(
        const arrival& request, const parts& path, const boost::json::object& body
    ) override;

    const std::string_view id_member_;
    std::map<std::string, record, std::less<>> records_;
};

// Carts and prices: every cart holds two things, and a price follows from the SKU's name.
class catalog final : public backend {
public:
    using backend::backend;

    [[nodiscard]] static std::int64_t unit_price(std::string_view sku);

private:
    backend_answer perform(
        const arrival& request, const parts& path, const boost::json::object& body
    ) override;
    backend_answer quote(const boost::json::object& body);
};

// Says yes to every message.
class notifications final : public backend {
public:
    using backend::backend;

private:
    backend_answer perform(const arrival&, const parts&, const boost::json::object&) override {
        return answer_with(202, "{}");
    }
};

}  // namespace makegood::simulation
