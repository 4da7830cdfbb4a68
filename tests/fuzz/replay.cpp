#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "seeds.hpp"
#include "targets.hpp"

// Gives inputs to the targets without a fuzzer, so that what was found once is tried in every run
// of the tests.
//     replay FOLDER...          every file of FOLDER/TARGET/ for every target that has such a
//     folder replay --seeds FOLDER     writes the inputs that are no readable text there first

namespace {

using namespace makegood::fuzz;
namespace fs = std::filesystem;

struct named_target {
    const char* name;
    void (*run)(std::string_view);
};
constexpr std::array targets{
    named_target{"http_request", http_request},
    named_target{"http_response", http_response},
    named_target{"header_fields", header_fields},
    named_target{"json_body", json_body},
    named_target{"answer", answer},
    named_target{"codec", codec},
    named_target{"configuration", configuration},
};

std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

// An input that breaks an assertion ends the program: the last line says which it was.
std::size_t replay(const named_target& target, const fs::path& folder) {
    std::size_t files = 0;
    if (!fs::is_directory(folder)) return files;
    for (const auto& each : fs::directory_iterator(folder)) {
        std::cerr << target.name << ' ' << each.path().string() << std::endl;
        target.run(text_of(each.path()));
        ++files;
    }
    return files;
}

}  // namespace

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    if (words.size() == 2 && words[0] == "--seeds") {
        write_seeds(words[1]);
        return 0;
    }
    for (const named_target& target : targets) {
        std::size_t files = 0;
        for (const std::string& folder : words)
            files += replay(target, fs::path(folder) / target.name);
        std::cout << target.name << ": " << files << " inputs\n";
        if (files == 0) return 1;
    }
}
