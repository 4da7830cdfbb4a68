#include "statestore/verify.hpp"

#include "statestore/data_folder.hpp"
#include "statestore/sqlite/archive.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/store_check.hpp"

namespace makegood::statestore {

store_result<verify_report> verify(
    const std::filesystem::path& folder,
    const definition_registry& registry,
    const verify_options& options
) {
    return guarded([&] {
        const folder_manifest manifest = value_of(read_manifest(folder));
        verify_report report;
        for (std::size_t store = 0; store < manifest.stores.size(); ++store) {
            check_store({folder, manifest, store}, registry, options, report);
            for (const auto& archive : archives_of(folder / manifest.stores[store]))
                check_store({folder, manifest, store, archive}, registry, options, report);
        }
        return report;
    });
}

}  // namespace makegood::statestore
