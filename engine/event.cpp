#include "engine/event.hpp"

#include "engine/assert.hpp"

namespace makegood {

std::string_view verb_text(operator_verb verb) {
    switch (verb) {
        case operator_verb::cancel: return "cancel";
        case operator_verb::compensate: return "compensate";
        case operator_verb::retry: return "retry";
        case operator_verb::park: return "park";
        case operator_verb::resume: return "resume";
    }
    ASSERT(false);
}

}  // namespace makegood
