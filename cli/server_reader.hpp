#pragma once

#include "cli/checkout_reader.hpp"
#include "cli/server_connection.hpp"

namespace makegood::cli {

// Reads through a running server's API.
class server_reader final : public checkout_reader {
public:
    explicit server_reader(std::string url) : server_(std::move(url)) {}

    [[nodiscard]] boost::json::object list(const query_parameters& query) override;
    [[nodiscard]] boost::json::object checkout(std::string_view id) override;
    [[nodiscard]] boost::json::array journal(std::string_view id) override;
    [[nodiscard]] boost::json::object events(const query_parameters& query) override;
    [[nodiscard]] boost::json::object statistics() override;

private:
    [[nodiscard]] boost::json::object page(std::string target, const query_parameters& query);

    server_connection server_;
};

}  // namespace makegood::cli
