#include "adapters/intake/way_out.hpp"

#include <algorithm>
#include <utility>

#include "adapters/telemetry/log.hpp"
#include "engine/assert.hpp"

namespace makegood {

namespace {

kafka::producer_listener told_to(const std::shared_ptr<mailbox>& mail, way which) {
    return {
        .settled = [mail, which](kafka::message_position up_to) { mail->settled(which, up_to); },
        .refused =
            [mail, which](
                kafka::message_position position, kafka::message& content, const std::string& error
            ) {
                mail->refused({which, position, std::move(content), error});
                return true;  // kept from here on, by its way out
            }};
}

}  // namespace

result_or<std::unique_ptr<way_out>, kafka::settings_problem> way_out::open(
    options wanted, way which, const std::shared_ptr<mailbox>& mail, finisher finish
) {
    std::unique_ptr<way_out> opened(new way_out(std::move(wanted), std::move(finish)));
    auto producer =
        kafka::producer::open({.settings = opened->options_.settings}, told_to(mail, which));
    if (!producer) return producer.error();
    opened->producer_ = std::move(*producer);
    return opened;
}

way_out::way_out(options wanted, finisher finish)
    : options_(std::move(wanted)), finish_(std::move(finish)), file_(options_.refused) {}

void way_out::send(kafka::message content, open_message_pointer answered) {
    ++answered->left;
    outgoing_.push_back({std::move(content), std::move(answered)});
}

void way_out::go_on() {
    send_some();
    keep_some();
}

void way_out::send_some() {
    while (!outgoing_.empty()) {
        outgoing& next = outgoing_.front();
        const kafka::message_position position = last_position_ + 1;
        if (producer_->offer(position, next.content) == kafka::producer::offered::full) return;
        last_position_ = position;
        if (offered_.empty()) moved_at_ = steady_now();
        offered_.push_back({position, std::move(next.answered)});
        outgoing_.pop_front();
    }
}

void way_out::settle(kafka::message_position up_to) {
    moved_at_ = steady_now();
    while (!offered_.empty() && offered_.front().position <= up_to) {
        const open_message_pointer answered = std::move(offered_.front().answered);
        offered_.pop_front();
        done(*answered);
    }
}

void way_out::done(open_message& answered) {
    ASSERT(answered.left > 0);
    if (--answered.left == 0) finish_(answered);
}

// -- what the broker will never take

void way_out::take_refusal(mailbox::refusal_by_broker refused) {
    const auto found = std::ranges::find(offered_, refused.position, &offered::position);
    ASSERT(found != offered_.end());
    unkept which{std::move(refused.content), std::move(refused.error), found->answered};
    const message_place where{options_.source, which.answered->proof};
    const std::string what =
        "the broker will never take what answers " + where.text() + " (" + which.error + ")";
    const std::error_code failed = keep(which);
    if (!failed) return log(log_level::error, what + "; it is kept in " + file_.file());
    log(log_level::error, what + ", and " + file_.file() + " cannot be written (" + failed.message()
                              + "): no offset of its partition is committed until it can");
    ++which.answered->left;  // to be kept
    unkept_.push_back(std::move(which));
    if (!keeps_again_at_) keeps_again_at_ = steady_now() + options_.keeps_again_after;
}

void way_out::keep_some() {
    if (!keeps_again_at_ || steady_now() < *keeps_again_at_) return;
    keeps_again_at_.reset();
    std::erase_if(unkept_, [this](const unkept& each) {
        if (keep(each)) return false;
        done(*each.answered);
        return true;
    });
    if (!unkept_.empty()) keeps_again_at_ = steady_now() + options_.keeps_again_after;
}

std::error_code way_out::keep(const unkept& refused) const {
    return file_.keep({options_.source, refused.answered->proof}, refused.error, refused.content);
}

// -- how it stands

// Messages are done and not finished meanwhile, and after so many of them none is read.
bool way_out::is_stalled() {
    const bool is_quiet = !offered_.empty() && steady_now() - moved_at_ >= options_.quiet_max;
    const bool stalled = is_quiet || !unkept_.empty();
    if (std::exchange(stalled_, stalled) == stalled) return stalled;
    if (stalled) {
        if (!is_quiet) return stalled;  // that it cannot be kept has been said
        log(log_level::error, "what answers " + options_.source + " waits, and no broker has taken "
                                  "any of it for "
                                  + std::to_string(options_.quiet_max.count() / 1'000)
                                  + " s: no offset behind it is committed; see to Kafka and to "
                                  + options_.topic);
    } else {
        log(log_level::info, "what answers " + options_.source + " goes on");
    }
    return stalled;
}

bool way_out::is_idle() const {
    return outgoing_.empty() && offered_.empty();
}

std::optional<steady_instant> way_out::next_wake() const {
    std::optional<steady_instant> wake = keeps_again_at_;
    if (offered_.empty() || stalled_) return wake;
    return std::min(wake.value_or(steady_instant::max()), moved_at_ + options_.quiet_max);
}

}  // namespace makegood
