#include "cli/command_line.hpp"

int main(int argument_count, char** arguments) {
    return static_cast<int>(makegood::cli::run(argument_count, arguments));
}
