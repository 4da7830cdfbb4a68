#include "tests/adapters/event_reader.hpp"

#include <poll.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

namespace makegood::test {

namespace asio = boost::asio;

event_reader::event_reader(
    std::uint16_t port, std::string_view query, std::initializer_list<header> fields, window size
) {
    socket_.open(asio::ip::tcp::v4());
    if (size == window::small) {
        socket_.set_option(asio::socket_base::receive_buffer_size(4'096));
    }
    socket_.connect({asio::ip::make_address("127.0.0.1"), port});
    std::string request = "GET /v1/events";
    if (!query.empty()) request.append("?").append(query);
    request += " HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n";
    for (const auto& [name, value] : fields)
        request.append(name).append(": ").append(value).append("\r\n");
    asio::write(socket_, asio::buffer(request += "\r\n"));
    head_ = take_through("\r\n\r\n");
    if (!head_.starts_with("HTTP/1.1 200 ")) throw std::runtime_error("no stream: " + head_);
}

event_block event_reader::next() {
    std::size_t end = 0;
    while ((end = text_.find("\n\n")) == std::string::npos) {
        if (!receive_chunk()) throw std::runtime_error("the stream has ended");
    }
    event_block block;
    std::string lines = text_.substr(0, end + 1);
    text_.erase(0, end + 2);
    while (!lines.empty()) {
        const std::string line = lines.substr(0, lines.find('\n'));
        lines.erase(0, line.size() + 1);
        const auto take = [&line](std::string_view name, std::string& into) {
            if (line.starts_with(name)) into = line.substr(name.size());
        };
        take("id: ", block.id);
        take("event: ", block.type);
        take("data: ", block.data);
        take("retry: ", block.retry);
    }
    return block;
}

event_block event_reader::next_event() {
    while (true) {
        event_block block = next();
        if (!block.type.empty()) return block;
    }
}

std::vector<event_block> event_reader::read_to(std::string_view type) {
    std::vector<event_block> events;
    do
        events.push_back(next_event());
    while (events.back().type != type);
    return events;
}

std::string event_reader::until_id(const std::function<bool(const std::string&)>& wanted) {
    const steady_instant until = steady_now() + patience;
    while (true) {
        std::string id = next().id;
        if (wanted(id)) return id;
        if (steady_now() > until) throw std::runtime_error("never as wanted, last: " + id);
    }
}

bool event_reader::reads_to_end() {
    try {
        while (receive_chunk()) {
        }
        return true;
    } catch (const boost::system::system_error&) {
        return false;
    }
}

bool event_reader::receive_chunk() {
    const std::size_t size = std::stoul(take_line(), nullptr, 16);
    const std::size_t wanted = size + 2;  // with its line end
    while (received_.size() < wanted)
        receive_some();
    text_ += received_.substr(0, size);
    received_.erase(0, wanted);
    return size > 0;
}

std::string event_reader::take_line() {
    return take_through("\r\n");
}

std::string event_reader::take_through(std::string_view end) {
    std::size_t found = 0;
    while ((found = received_.find(end)) == std::string::npos)
        receive_some();
    std::string taken = received_.substr(0, found + end.size());
    received_.erase(0, taken.size());
    return taken;
}

void event_reader::receive_some() {
    pollfd waits{socket_.native_handle(), POLLIN, 0};
    const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
    if (::poll(&waits, 1, static_cast<int>(most.count())) == 0) {
        throw std::runtime_error("nothing came in time, after: " + received_);
    }
    std::array<char, 4'096> bytes{};
    received_.append(bytes.data(), socket_.read_some(asio::buffer(bytes)));
}

}  // namespace makegood::test
