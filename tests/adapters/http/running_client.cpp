#include "running_client.hpp"

namespace makegood::http::testing {

request get(std::string target) {
    request message;
    message.method = "GET";
    message.target = std::move(target);
    return message;
}

request post(std::string target, std::string body) {
    request message;
    message.method = "POST";
    message.target = std::move(target);
    message.body = std::move(body);
    return message;
}

request keyed_post(std::string target, std::string body) {
    request message = post(std::move(target), std::move(body));
    message.fields.add("Idempotency-Key", "chk_1:reserve_inventory");
    return message;
}

std::string verdict(const exchange_result& result) {
    const auto* failed = std::get_if<failure>(&result);
    if (failed == nullptr) return std::to_string(std::get<response>(result).status);
    switch (failed->kind) {
        case exchange_failure::not_sent: return "not_sent";
        case exchange_failure::timed_out: return "timed_out";
        case exchange_failure::cut: return "cut";
        case exchange_failure::malformed: return "malformed";
        case exchange_failure::oversized: return "oversized";
    }
    return "unknown";
}

running_client::running_client(std::uint16_t port, client_options options)
    : running_client("http://127.0.0.1:" + std::to_string(port), options) {}

running_client::running_client(const std::string& url, client_options options) {
    loop_.call([&] { client_.emplace(loop_.io(), origin::parse(url), options); });
}

running_client::~running_client() {
    destroy();
}

std::future<exchange_result> running_client::start(
    request message, std::chrono::milliseconds time
) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    auto task = loop_.call([&] { return client_->exchange(std::move(message), deadline); });
    return loop_.start(std::move(task));
}

exchange_result running_client::exchange(request message, std::chrono::milliseconds time) {
    return take(start(std::move(message), time));
}

std::size_t running_client::under_way() {
    return loop_.call([this] { return client_->under_way(); });
}

std::size_t running_client::waiting() {
    return loop_.call([this] { return client_->waiting(); });
}

void running_client::close() {
    loop_.call([this] { client_->close(); });
}

void running_client::destroy() {
    if (loop_.is_stopped()) return client_.reset();
    loop_.call([this] { client_.reset(); });
}

}  // namespace makegood::http::testing
