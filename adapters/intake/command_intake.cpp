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

}  // namespace

result_or<std::unique_ptr<command_intake>, kafka::settings_problem> command_intake::open(
    intake_options options, parts given
) {
    ASSERT(given.read && given.refuse_body && !options.outbound.dead_letters_topic.empty());
    std::unique_ptr<command_intake> opened(new command_intake(std::move(options), std::move(given))
    );
    if (const auto made = opened->open_ways_out(); !made) return made.error();
    if (const auto made = opened->open_consumer(); !made) return made.error();
    opened->thread_ = std::thread([raw = opened.get()] { raw->run(); });
    return opened;
}

result_or<void, kafka::settings_problem> command_intake::open_ways_out() {
    const std::array<std::string, ways> topics{
        options_.outbound.replies_topic, options_.outbound.dead_letters_topic};
    for (std::size_t each = 0; each < ways; ++each) {
        if (topics[each].empty()) continue;
        auto made = way_out::open(
            {.settings = options_.replying,
             .source = options_.topic,
             .topic = topics[each],
             .refused = options_.refused_file,
             .quiet_max = options_.quiet_max,
             .keeps_again_after = options_.pause_max},
            static_cast<way>(each), mail_, [this](const open_message& done) { finish(done); }
        );
        if (!made) return made.error();
        ways_out_[each] = std::move(*made);
    }
    return {};
}

result_or<void, kafka::settings_problem> command_intake::open_consumer() {
    auto consumer = kafka::consumer::open(
        {.settings = options_.settings,
         .topics = {options_.topic},
         .unfinished_max = options_.unfinished_max,
         .unfinished_bytes_max = options_.unfinished_bytes_max},
        {.received =
             [mail = mail_](kafka::message& content, const kafka::receipt& proof) {
                 mail->arrived({std::move(content), proof});
             }}
    );
    if (!consumer) return consumer.error();
    consumer_ = std::move(*consumer);
    return {};
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
    for (mailbox::refusal_by_broker& each : news.refusals) {
        ++statistics_.refused_by_broker;
        out(each.from)->take_refusal(std::move(each));
    }
    for (std::size_t each = 0; each < ways; ++each) {
        if (news.settled[each]) ways_out_[each]->settle(*news.settled[each]);
    }
    for (mailbox::outcome& each : news.outcomes)
        take_outcome(std::move(each));
    for (mailbox::arrival& each : news.arrivals)
        receive(std::move(each));
    try_waiting();
    each_way_out([](way_out& each) { each.go_on(); });
    pause_or_resume();
    watch_ways_out();
    if (given_.progress) given_.progress(statistics_);
    if (news.ends) return false;
    return !stop_ || (!is_idle() && steady_now() < stop_->until);
}

// What is not finished is received again by whoever reads the topic next.
void command_intake::leave() {
    consumer_.reset();
    ways_out_ = {};
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
    auto message =
        std::make_shared<open_message>(open_message{arrived.proof, arrived.content.bytes()});
    unfinished_bytes_ += message->bytes;
    message_reading read = given_.read(arrived.content, entropy_);
    if (!read.asked) return reject(std::move(arrived.content), read, std::move(message));
    ASSERT(read.origin.has_value());
    const order_number number = ++last_number_;
    item taken{std::move(message), std::move(*read.origin), std::move(*read.asked)};
    if (options_.outbound.replies_topic.empty()) taken.received = std::move(arrived.content);
    orders_.emplace(number, std::move(taken));
    waiting_.insert(number);
}

void command_intake::reject(
    kafka::message received, const message_reading& read, open_message_pointer message
) {
    const problem& why = read.asked.error();
    const message_place where{options_.topic, message->proof};
    log(log_level::warning, "a message is no command and goes to "
                                + options_.outbound.dead_letters_topic + ": " + where.text() + ": "
                                + std::string(why.code));
    send_dead_letter(std::move(received), why, message);
    way_out* const replies = out(way::replies);
    if (!read.origin || replies == nullptr) return;
    replies->send(refusal_message(options_.outbound, *read.origin, why, {}, now()), message);
}

void command_intake::send_dead_letter(
    kafka::message received, const problem& why, open_message_pointer message
) {
    ++statistics_.dead_letters;
    const message_place where{options_.topic, message->proof};
    kafka::message letter =
        dead_letter(options_.outbound, given_.refuse_body, std::move(received), where, why);
    out(way::dead_letters)->send(std::move(letter), std::move(message));
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
    way_out* const replies = out(way::replies);
    if (replies == nullptr) {
        conclude_untold(done, refused);
    } else if (!refused) {
        replies->send(
            reply_message(options_.outbound, done.origin, answer, now()), std::move(done.message)
        );
    } else {
        if (const auto* const start = std::get_if<new_saga>(&done.asked)) {
            done.origin.partition_key = start->document.customer.value;
        }
        replies->send(
            refusal_message(
                options_.outbound, done.origin, *refused, subject_of(done.asked), now()
            ),
            std::move(done.message)
        );
    }
    orders_.erase(number);
}

// Where nobody gets replies a refusal would be lost: whoever looks after the dead letters is told.
void command_intake::conclude_untold(item& done, const std::optional<problem>& refused) {
    if (!refused) return finish(*done.message);
    send_dead_letter(std::move(done.received), *refused, std::move(done.message));
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
        owner.submit(to->id, to->wanted, std::move(done), to->key);
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
    const bool is_full = statistics_.unfinished > options_.unfinished_max
                         || unfinished_bytes_ > options_.unfinished_bytes_max;
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
    each_way_out([&wake](const way_out& each) {
        wake = std::min(wake, each.next_wake().value_or(steady_instant::max()));
    });
    if (wake == steady_instant::max()) return {};
    return wake;
}

// -- replies and dead letters

way_out* command_intake::out(way which) const {
    return ways_out_[static_cast<std::size_t>(which)].get();
}

template <class Do>
void command_intake::each_way_out(Do what) const {
    for (const auto& each : ways_out_) {
        if (each) what(*each);
    }
}

void command_intake::finish(const open_message& message) {
    --statistics_.unfinished;
    unfinished_bytes_ -= message.bytes;
    consumer_->finish(message.proof);
}

void command_intake::watch_ways_out() {
    statistics_.stalled = false;
    each_way_out([this](way_out& each) { statistics_.stalled |= each.is_stalled(); });
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
    bool idle = orders_.empty();
    each_way_out([&idle](const way_out& each) { idle = idle && each.is_idle(); });
    return idle;
}

}  // namespace makegood
