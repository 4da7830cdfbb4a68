#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "shop.hpp"

namespace makegood::testing {

// A whole engine that announces, with one checkout, over the shop's well-behaved backends and a
// store of plain maps. Every commit is folded too, and must announce the same (P7). For one test
// case.
class shop_engine {
public:
    explicit shop_engine(const std::string& body, const checkout_settings& settings = {});

    // Answers every call that is let out, until none is: as `answers` says for calls of that name,
    // and well otherwise.
    shop_engine& run();
    shop_engine& submit(command asked, std::string_view id_prefix = "chk");
    shop_engine& act(operator_verb verb, std::string_view id_prefix = "chk") {
        return submit(operator_acted{verb, "ann", "because"}, id_prefix);
    }
    // What is due by then is done.
    shop_engine& wait(duration by);
    std::map<std::string_view, backend_answer> answers;

    // In the order of the commits.
    [[nodiscard]] const std::vector<outbox_event>& announced() const { return announced_; }
    // The same in short: "2 checkout.inventory_reserved".
    [[nodiscard]] std::vector<std::string> told() const;

private:
    struct stored {
        saga_record record;
        std::vector<journal_entry> entries;
        std::vector<outbox_event> announced;
    };

    void settle();
    void store(const saga_commit& part);

    const definition_registry registry_;
    engine engine_;
    instant now_ = start_time;
    std::vector<perform_call> calls_;  // let out and not answered
    std::map<saga_id, stored> sagas_;
    std::vector<outbox_event> announced_;
};

}  // namespace makegood::testing
