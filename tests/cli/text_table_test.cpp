#include "cli/text_table.hpp"

using namespace makegood::cli;

TEST_CASE("columns are as wide as their widest cell and leave no trailing blanks") {
    text_table table{{{"ID"}, {"COUNT", true}, {"NOTE"}}};
    table.add({{"chk_1"}, {"7"}, {""}});
    table.add({{"é"}, {"1200"}, {"fine"}});
    CHECK(table.render({}) ==
          "ID     COUNT  NOTE\n"
          "chk_1      7\n"
          "é       1200  fine\n");
}

TEST_CASE("text from outside cannot draw on the terminal") {
    CHECK(printable("a\x1b[2Jb\n") == "a\\x1b[2Jb\\x0a");
    CHECK(printable("naïve") == "naïve");
}

TEST_CASE("colours appear only where the palette has them") {
    text_table table{{{"STATUS"}}};
    table.add({{"parked", tone::bad}});
    CHECK(table.render({}).find('\x1b') == std::string::npos);
    CHECK(table.render({.colours = true}).find("\x1b[31mparked\x1b[0m") != std::string::npos);
}
