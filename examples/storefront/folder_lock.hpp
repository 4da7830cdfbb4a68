#pragma once

#include <filesystem>

namespace storefront {

// Keeps a second storefront out of a data folder for as long as it lives. The lock ends with the
// process, however that ends. Owned by the program.
class folder_lock {
public:
    // Creates the folder when it is absent. Throws std::runtime_error when another process has it.
    explicit folder_lock(const std::filesystem::path& folder);
    ~folder_lock();
    folder_lock(const folder_lock&) = delete;
    folder_lock& operator=(const folder_lock&) = delete;

private:
    int descriptor_;
};

}  // namespace storefront
