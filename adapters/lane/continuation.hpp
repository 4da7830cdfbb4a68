#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace makegood {

// What happens next with a value, once: the other half of something that was asked. Move-only,
// because what it resumes can be resumed only once (std::function would want to copy it). Dropped
// without a call, it destroys what it holds; only a program that is ending does that.
template <class Value>
class continuation {
public:
    continuation() = default;
    template <
        class Next,
        class = std::enable_if_t<!std::is_same_v<std::remove_cvref_t<Next>, continuation>>>
    // NOLINTNEXTLINE: implicit, as a lambda is written where it is needed.
    continuation(Next next) : step_(std::make_unique<step_of<Next>>(std::move(next))) {}

    [[nodiscard]] explicit operator bool() const { return step_ != nullptr; }

    void operator()(Value value) {
        const std::unique_ptr<step> taken = std::move(step_);
        taken->go_on(std::forward<Value>(value));
    }

private:
    struct step {
        virtual ~step() = default;
        virtual void go_on(Value&& value) = 0;
    };
    template <class Next>
    struct step_of final : step {
        explicit step_of(Next chosen) : next(std::move(chosen)) {}
        void go_on(Value&& value) override { next(std::forward<Value>(value)); }
        Next next;
    };

    std::unique_ptr<step> step_;
};

}  // namespace makegood
