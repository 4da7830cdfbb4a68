#include "adapters/intake/command_intake.hpp"

#include <algorithm>
#include <utility>

#include "adapters/api/saga_response.hpp"
#include "adapters/telemetry/log.hpp"
#include "engine/assert.hpp"

namespace makegood {

namespace {

// "Not now": nothing was accepted, and the same order may succeed later.
bool is_for_want_of_room(const std::optional<problem>& refused) {
    constexpr unsigned service_unavailable = 503;
    return refused && refused->status == service_unavailable;
}

std::string subject_of(const order& asked) {
    const auto* const to = std::get_if<saga_command>(&asked);
    return to == nullptr ? std::string() : to->id.text();
}

kafka::producer_listener told_to(const std::shared_ptr<mailbox>& mail) {
    return {
        .settled = [mail](kafka::message_position up_to) { mail->settled(up_to); },
        .refused =
            [mail](kafka::message_position position, kafka::message&, const std::string& error) {
                mail->refused({position, error});
            }};
}

}  // namespace

result_or<std::unique_ptr<command_intake>, kafka::settings_problem> command_intake::open(
    intake_options options, parts given
) {
    ASSERT(given.read && given.refuse_body && !options.outbound.dead_letters_topic.empty());
    std::unique_ptr<command_intake> opened(new command_intake(std::move(options), std::move(given))
    );
    const intake_options& wanted = opened->options_;
    auto producer = kafka::producer::open({.settings = wanted.replying}, told_to(opened->mail_));
    if (!producer) return producer.error();
    opened->producer_ = std::move(*producer);
    auto consumer = kafka::consumer::open(
        {.settings = wanted.settings,
         .topics = {wanted.topic},
         .unfinished_max = wanted.unfinished_max},
        {.received =
             [mail = opened->mail_](kafka::message& content, const kafka::receipt& proof) {
                 mail->arrived({std::move(content), proof});
             }}
    );
    if (!consumer) return consumer.error();
    opened->consumer_ = std::move(*consumer);
    opened->thread_ = std::thread([raw = opened.get()] { raw->run(); });
    return opened;
}

command_intake::command_intake(intake_options options, parts given)
    : options_(std::move(options)), given_(std::move(given)), pause_(options_.pause_min) {}

command_intake::~command_intake() {
    if (!thread_.joinable()) return;
    mail_->end();
    thread_.join();
}

void command_intake::stop(steady_instant until, std::function<void()> stopped) {
    mail_->stop({until, std::move(stopped)});
}

void command_intake::run() noexcept {
    do {
        mail_->wait(next_wake());
    } while (work(mail_->take()));
    leave();
}

bool command_intake::work(mailbox::contents news) {
    if (news.stop) begin_to_stop(std::move(*news.stop));
    for (const mailbox::refusal_by_broker& each : news.refusals)
        note_refusal(each);
    if (news.settled) settle(*news.settled);
    for (mailbox::outcome& each : news.outcomes)
        take_outcome(std::move(each));
    for (mailbox::arrival& each : news.arrivals)
        receive(std::move(each));
    try_waiting();
    send_some();
    pause_or_resume();
    watch_replies();
    if (given_.progress) given_.progress(statistics_);
    if (news.ends) return false;
    return !stop_ || (!is_idle() && steady_now() < stop_->until);
}

// What is not finished is received again by whoever reads the topic next.
void command_intake::leave() {
    consumer_.reset();
    producer_.reset();
    if (statistics_.unfinished > 0) {
        log(log_level::info, std::to_string(statistics_.unfinished) + " commands of "
                                 + options_.topic
                                 + " are not answered for and will be received again");
    }
    if (stop_) stop_->stopped();
}

// -- what arrives

void command_intake::receive(mailbox::arrival arrived) {
    if (stop_) return;
    ++statistics_.received;
    ++statistics_.unfinished;
    message_reading read = given_.read(arrived.content, entropy_);
    if (!read.asked) return reject(std::move(arrived), read);
    ASSERT(read.origin.has_value());
    const order_number number = ++last_number_;
    item taken{arrived.proof, std::move(*read.origin), std::move(*read.asked)};
    if (options_.outbound.replies_topic.empty()) taken.received = std::move(arrived.content);
    orders_.emplace(number, std::move(taken));
    waiting_.insert(number);
}

void command_intake::reject(mailbox::arrival arrived, const message_reading& read) {
    ++statistics_.dead_letters;
    const problem& why = read.asked.error();
    const message_place where{options_.topic, arrived.proof};
    log(log_level::warning, "a message is no command and goes to "
                                + options_.outbound.dead_letters_topic + ": " + where.text() + ": "
                                + std::string(why.code));
    const bool is_told = read.origin && !options_.outbound.replies_topic.empty();
    send(
        {dead_letter(options_.outbound, given_.refuse_body, std::move(arrived.content), where, why),
         arrived.proof, !is_told}
    );
    if (!is_told) return;
    send({refusal_message(options_.outbound, *read.origin, why, {}, now()), arrived.proof});
}

// -- what lanes answer

void command_intake::take_outcome(mailbox::outcome told) {
    const auto found = orders_.find(told.number);
    ASSERT(found != orders_.end());
    const bool is_turned_away = is_for_want_of_room(problem_of(told.answer));
    if (is_turned_away && !is_hopeless(found->second)) {
        return turn_away(told.number, found->second);
    }
    conclude(told.number, found->second, told.answer);
}

// A saga that cannot be read although its lane can commit: it is damaged, and whoever waits for it
// holds up everybody.
bool command_intake::is_hopeless(item& which) const {
    constexpr std::size_t tries_max = 20;
    const bool is_for_one_saga = std::holds_alternative<saga_command>(which.asked);
    return ++which.tries >= tries_max && is_for_one_saga && owner_of(which.asked).can_commit();
}

void command_intake::turn_away(order_number number, item& which) {
    if (stop_) {  // nobody tries again
        orders_.erase(number);
        return;
    }
    if (!std::exchange(which.was_turned_away, true)) ++turned_away_;
    waiting_.insert(number);
    try_again_later();
}

void command_intake::conclude(order_number number, item& done, const saga_answer& answer) {
    if (done.was_turned_away) --turned_away_;
    pause_ = options_.pause_min;
    const auto refused = problem_of(answer);
    ++(refused ? statistics_.refused : statistics_.accepted);
    if (options_.outbound.replies_topic.empty()) {
        conclude_untold(done, refused);
    } else if (!refused) {
        send({reply_message(options_.outbound, done.origin, answer, now()), done.proof});
    } else {
        if (const auto* const start = std::get_if<new_saga>(&done.asked)) {
            done.origin.partition_key = start->document.customer.value;
        }
        send(
            {refusal_message(
                 options_.outbound, done.origin, *refused, subject_of(done.asked), now()
             ),
             done.proof}
        );
    }
    orders_.erase(number);
}

// Where nobody gets replies a refusal would be lost: whoever looks after the dead letters is told.
void command_intake::conclude_untold(item& done, const std::optional<problem>& refused) {
    if (!refused) return finish(done.proof);
    ++statistics_.dead_letters;
    const message_place where{options_.topic, done.proof};
    send(
        {dead_letter(
             options_.outbound, given_.refuse_body, std::move(done.received), where, *refused
         ),
         done.proof}
    );
}

// -- the waiting room

// In the order of their arrival; those of one lane do not wait for another's.
void command_intake::try_waiting() {
    if (tries_again_at_ && steady_now() < *tries_again_at_) return;
    tries_again_at_.reset();
    for (auto next = waiting_.begin(); next != waiting_.end();) {
        item& which = orders_.at(*next);
        if (can_be_taken(which.asked)) {
            hand_over(*next, which);
            next = waiting_.erase(next);
            continue;
        }
        if (!std::exchange(which.was_turned_away, true)) ++turned_away_;
        ++next;
    }
    if (!waiting_.empty()) try_again_later();
}

// What the lane would say to it, if that is known without asking. Whether its store can be written
// again is not: that only shows when somebody asks.
bool command_intake::can_be_taken(const order& asked) const {
    const lane& owner = owner_of(asked);
    if (!owner.recovered() || owner.draining()) return false;
    return std::holds_alternative<saga_command>(asked) || !owner.overloaded();
}

lane& command_intake::owner_of(const order& asked) const {
    if (const auto* const to = std::get_if<saga_command>(&asked)) return given_.lanes.of(to->id);
    return given_.lanes.of(std::get<new_saga>(asked).document.customer);
}

// The order stays here too: the lane may have no room for it after all.
void command_intake::hand_over(order_number number, const item& which) {
    lane& owner = owner_of(which.asked);
    continuation<saga_answer> done([mail = mail_, number](saga_answer answer) {
        mail->answered({number, std::move(answer)});
    });
    if (const auto* const to = std::get_if<saga_command>(&which.asked)) {
        owner.submit(to->id, to->wanted, std::move(done));
    } else {
        owner.start(std::get<new_saga>(which.asked), duration{0}, std::move(done));
    }
}

void command_intake::try_again_later() {
    if (tries_again_at_) return;
    tries_again_at_ = steady_now() + pause_;
    pause_ = std::min(pause_ * 2, options_.pause_max);
}

void command_intake::pause_or_resume() {
    // What a partition that was taken away has left here is not the consumer's any more.
    const bool is_full = statistics_.unfinished > options_.unfinished_max;
    const bool pauses = stop_ || turned_away_ > 0 || is_full;
    if (std::exchange(statistics_.is_paused, pauses) == pauses) return;
    if (pauses) {
        consumer_->pause();
    } else {
        consumer_->resume();
    }
}

std::optional<steady_instant> command_intake::next_wake() const {
    steady_instant wake = tries_again_at_.value_or(steady_instant::max());
    if (stop_) wake = std::min(wake, stop_->until);
    if (!offered_.empty() && !statistics_.stalled) {
        wake = std::min(wake, moved_at_ + options_.quiet_max);
    }
    if (wake == steady_instant::max()) return {};
    return wake;
}

// Commands are done and not finished meanwhile, and after so many of them none is read.
void command_intake::watch_replies() {
    const bool stalled = !offered_.empty() && steady_now() - moved_at_ >= options_.quiet_max;
    if (std::exchange(statistics_.stalled, stalled) == stalled) return;
    if (stalled) {
        log(log_level::error, "replies or dead letters of " + options_.topic
                                  + " wait, and no broker has taken one for "
                                  + std::to_string(options_.quiet_max.count() / 1'000)
                                  + " s: no offset is committed; see to Kafka and to "
                                  + options_.outbound.replies_topic + " and "
                                  + options_.outbound.dead_letters_topic);
    } else {
        log(log_level::info, "replies of " + options_.topic + " are taken again");
    }
}

// -- replies and dead letters

void command_intake::send(outgoing what) {
    outgoing_.push_back(std::move(what));
}

// What the producer has no room for stays here: there are two for each unfinished message at most.
void command_intake::send_some() {
    while (!outgoing_.empty()) {
        outgoing& next = outgoing_.front();
        const kafka::message_position position = last_position_ + 1;
        if (producer_->offer(position, next.content) == kafka::producer::offered::full) return;
        last_position_ = position;
        if (offered_.empty()) moved_at_ = steady_now();
        offered_.push_back({position, next.proof, next.is_last});
        outgoing_.pop_front();
    }
}

void command_intake::settle(kafka::message_position up_to) {
    moved_at_ = steady_now();
    while (!offered_.empty() && offered_.front().position <= up_to) {
        const offered done = offered_.front();
        offered_.pop_front();
        if (done.is_last) finish(done.proof);
    }
}

void command_intake::finish(const kafka::receipt& proof) {
    --statistics_.unfinished;
    consumer_->finish(proof);
}

void command_intake::note_refusal(const mailbox::refusal_by_broker& refused) {
    ++statistics_.refused_by_broker;
    const auto found = std::ranges::find(offered_, refused.position, &offered::position);
    ASSERT(found != offered_.end());
    const message_place where{options_.topic, found->proof};
    log(log_level::error, "the broker will never take what answers a message (" + refused.error
                              + "), which is done all the same: " + where.text());
}

// -- the end

// What no lane has is left: it is received again after the next start.
void command_intake::begin_to_stop(mailbox::stop_wish wish) {
    stop_ = std::move(wish);
    for (const order_number each : waiting_)
        orders_.erase(each);
    waiting_.clear();
    tries_again_at_.reset();
}

bool command_intake::is_idle() const {
    return orders_.empty() && outgoing_.empty() && offered_.empty();
}

}  // namespace makegood
