#pragma once

#include "engine/engine.hpp"
#include "simulation/backends/inventory.hpp"
#include "simulation/backends/payments.hpp"
#include "simulation/backends/records.hpp"
#include "simulation/faults.hpp"

namespace makegood::simulation {

// All backends of one world, in the mood that the weather puts them in.
class shop final : public mood {
public:
    explicit shop(weather& sky) : sky_(sky) {}

    // `key` stands for the request's own.
    [[nodiscard]] backend_answer receive(
        std::string_view name, const call_request& request, std::string_view key, instant at
    );
    [[nodiscard]] bool refuses() override { return sky_.strikes(fault_kind::refused); }
    [[nodiscard]] bool ends_reservation_early() override {
        return sky_.strikes(fault_kind::early_expiry);
    }
    [[nodiscard]] bool captures_early() override {
        return sky_.strikes(fault_kind::captured_early);
    }
    // The first key that came with two payloads; empty when there was none.
    [[nodiscard]] std::string reused_key() const;

    simulation::inventory inventory{*this};
    simulation::payments payments{*this};
    record_keeper orders{*this, "order_id"};
    record_keeper shipments{*this, "shipment_id"};
    simulation::catalog catalog{*this};
    simulation::notifications notifications{*this};

private:
    backend& backend_of(std::string_view name);

    weather& sky_;
};

}  // namespace makegood::simulation
