#include "examples/storefront/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace storefront {

folder_lock::folder_lock(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    const auto file = folder / "lock";
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), file.string());
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(descriptor_);
    throw std::runtime_error(fmt::format(
        "another storefront uses {}: stop it, or give this one a --data folder of its own",
        folder.string()
    ));
}

folder_lock::~folder_lock() {
    ::close(descriptor_);
}

}  // namespace storefront
