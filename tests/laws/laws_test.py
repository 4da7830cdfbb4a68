#!/usr/bin/env python3
"""Every law must be able to fail: each case breaks one in a small tree and looks for its name."""

import tempfile
import unittest
from pathlib import Path

import laws

CASES = {
    "engine may not include the store": ("engine/a.cpp", '#include "statestore/x.hpp"\n', "direction"),
    "sagas may not include adapters": ("sagas/a.cpp", '#include "adapters/x.hpp"\n', "direction"),
    "nobody includes tests": ("cli/a.cpp", '#include "tests/x.hpp"\n', "direction"),
    "the engine has no Asio": ("engine/a.cpp", "#include <boost/asio.hpp>\n", "include"),
    "the engine has no threads": ("engine/a.cpp", "#include <mutex>\n", "include"),
    "Beast stays out of headers": ("adapters/a.hpp", "#pragma once\n#include <boost/beast/http.hpp>\n", "include"),
    "MSM stays in machine.cpp": ("sagas/checkout/requests.cpp", "#include <boost/msm/back/state_machine.hpp>\n", "include"),
    "librdkafka stays in its wrappers": ("adapters/kafka/producer.cpp", "#include <librdkafka/rdkafka.h>\n", "include"),
    "the clock has one home": ("statestore/a.cpp", "auto t = std::chrono::system_clock::now();\n", "home"),
    "chance has one home": ("cli/a.cpp", "std::mt19937 chance;\n", "home"),
    "no test sleeps": ("tests/a.cpp", "std::this_thread::sleep_for(1s);\n", "home"),
    "no file is endless": ("engine/a.cpp", "int a;\n" * 500, "size"),
    "no function is endless": ("engine/a.cpp", "void f() {\n" + "    g();\n" * 80 + "}\n", "size"),
    "a header has its guard": ("engine/a.hpp", "int a;\n", "header"),
}


class LawsTest(unittest.TestCase):
    def test_every_law_can_fail(self):
        for title, (name, text, law) in CASES.items():
            with self.subTest(title), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / name
                path.parent.mkdir(parents=True)
                path.write_text(text, encoding="utf-8")
                found = [each for each in laws.breaches(Path(folder)) if f": {law}: " in each]
                self.assertEqual(len(found), 1, found)

    def test_a_lawful_tree_has_no_breach(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "engine" / "a.hpp"
            path.parent.mkdir(parents=True)
            path.write_text('#pragma once\n#include "engine/b.hpp"\n// sleep_for ::now() in words only\n',
                            encoding="utf-8")
            self.assertEqual(list(laws.breaches(Path(folder))), [])


if __name__ == "__main__":
    unittest.main()
