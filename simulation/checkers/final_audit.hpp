#pragma once

#include "engine/ports/journal.hpp"
#include "simulation/checkers/checkers.hpp"
#include "simulation/orders.hpp"
#include "simulation/shop.hpp"

namespace makegood::simulation {

// Looks at everything when all is quiet: every saga has ended, and the ledgers of the backends say
// what the sagas say (P3, P5, P9); the store holds what was durable, and folds to it (P7).
class final_audit {
public:
    struct evidence {
        const definition_registry& registry;
        const checkers& seen;
        const shop& backends;
        const accepted_orders& orders;
        duration reservation_ttl;
        const parcels_told& parcels;
        bool tracks_shipments;
    };
    final_audit(const evidence& given, verdict& found)
        : registry_(given.registry),
          seen_(given.seen),
          backends_(given.backends),
          orders_(given.orders),
          reservation_ttl_(given.reservation_ttl),
          parcels_(given.parcels),
          tracks_shipments_(given.tracks_shipments),
          found_(found) {}

    void judge(journal_reader& store);
    // What no backend should ever have been asked.
    void judge_refused_effects();

private:
    void judge_store(journal_reader& store, const saga_id& id, const saga_record& expected);
    void judge_checkout(const saga_record& saga);
    void judge_completed(const saga_record& saga, const order& wish);
    void judge_order(const saga_record& saga, const order& wish);
    void judge_reservation(const saga_record& saga);
    void judge_money();
    void judge_undone(const saga_record& saga);
    void judge_fulfilment(const saga_record& saga);
    void judge_parcel(const saga_record& saga);
    void judge_undo_of_unknown(const saga_record& saga, call_name call, bool barred);
    void judge_stock();

    void breaks(promise broken, const saga_record& saga, std::string detail) const {
        found_.breaks(broken, saga.id, std::move(detail));
    }

    const definition_registry& registry_;
    const checkers& seen_;
    const shop& backends_;
    const accepted_orders& orders_;
    const duration reservation_ttl_;
    const parcels_told& parcels_;
    const bool tracks_shipments_;
    verdict& found_;
};

}  // namespace makegood::simulation
