#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

// The files of a folder by name: taken while it is open they are what a kill leaves.
namespace toy {

using folder_image = std::map<std::string, std::string>;

inline std::string read_bytes(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline folder_image image_of(const std::filesystem::path& folder) {
    folder_image image;
    for (const auto& each : std::filesystem::directory_iterator(folder))
        image[each.path().filename().string()] = read_bytes(each.path());
    return image;
}

inline void lay_out(const folder_image& image, const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    for (const auto& [name, bytes] : image)
        write_bytes(folder / name, bytes);
}

}  // namespace toy
