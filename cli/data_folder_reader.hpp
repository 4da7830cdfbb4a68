#pragma once

#include <filesystem>
#include <memory>

#include "cli/checkout_reader.hpp"
#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"
#include "statestore/folder_reader.hpp"

namespace makegood::cli {

// A data folder, live or not, opened for reading with the definitions that its sagas need. It takes
// no lock and writes nothing. One thread.
class opened_folder {
public:
    explicit opened_folder(std::filesystem::path path);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] const definition_registry& registry() const { return registry_; }
    [[nodiscard]] statestore::folder_reader& reader() { return *reader_; }

    // Throws command_failure(not_found) when `text` is no id or there is no such saga.
    [[nodiscard]] saga_record load(std::string_view text);
    [[nodiscard]] std::vector<journal_entry> journal(const saga_id& id);

private:
    std::filesystem::path path_;
    definition_registry registry_;
    std::unique_ptr<statestore::folder_reader> reader_;
};

// The id that `text` is. Throws command_failure(not_found) when it is none.
[[nodiscard]] saga_id parse_saga_id(std::string_view text);

// The flag --data where a command reads a folder and nothing else. Throws usage_wrong with a
// sentence.
void require_data_folder(const std::string& data, std::string_view command);

// Shows a data folder as a server would show it.
class data_folder_reader final : public checkout_reader {
public:
    explicit data_folder_reader(std::filesystem::path path) : folder_(std::move(path)) {}

    [[nodiscard]] boost::json::object list(const query_parameters& query) override;
    [[nodiscard]] boost::json::object checkout(std::string_view id) override;
    [[nodiscard]] boost::json::array journal(std::string_view id) override;
    [[nodiscard]] boost::json::object events(const query_parameters& query) override;
    [[nodiscard]] boost::json::object statistics() override;

private:
    opened_folder folder_;
};

}  // namespace makegood::cli
