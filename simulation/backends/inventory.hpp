#pragma once

#include "simulation/backends/backend.hpp"

namespace makegood::simulation {

enum class reservation_status : std::uint8_t { reserved, confirmed, released, expired };

// Stock and the reservations of it. A reservation ends by this backend's clock, which nobody sets.
class inventory final : public backend {
public:
    struct reservation {
        reservation_status status{};
        bool barred = false;    // released before it was ever made
        bool released = false;  // somebody has asked for the release, whatever the status was
        std::chrono::seconds time_to_live{};  // as it was asked for
        instant expires_at{};
        std::map<std::string, std::int64_t> held;
    };
    struct shelf {
        std::int64_t initial = 0;
        std::int64_t available = 0;
        std::int64_t reserved = 0;
        std::int64_t sold = 0;
    };

    using backend::backend;

    // Every SKU has this much at first.
    static constexpr std::int64_t stock_initial = 1'000'000;
    // Of this one there are only a few.
    static constexpr std::string_view scarce_sku = "SKU-SCARCE";
    static constexpr std::int64_t scarce_initial = 20;

    [[nodiscard]] const reservation* find(std::string_view id) const;
    [[nodiscard]] const std::map<std::string, shelf>& shelves() const { return shelves_; }
    [[nodiscard]] const std::map<std::string, reservation, std::less<>>& all() const {
        return reservations_;
    }
    // A release that came for what was confirmed: the engine turned back after the pivot.
    [[nodiscard]] const std::string& released_after_confirming() const { return turned_back_; }

private:
    backend_answer perform(
        const arrival& request, const parts& path, const boost::json::object& body
    ) override;
    backend_answer reserve(const arrival& request, const boost::json::object& body);
    backend_answer confirm(const arrival& request, std::string_view id);
    backend_answer release(std::string_view id);
    backend_answer read(const arrival& request, std::string_view id);
    shelf& shelf_of(const std::string& sku);
    void end(reservation& each, reservation_status as);
    void expire_if_due(reservation& each, instant at);

    std::map<std::string, reservation, std::less<>> reservations_;
    std::map<std::string, shelf> shelves_;
    std::string turned_back_;
};

}  // namespace makegood::simulation
