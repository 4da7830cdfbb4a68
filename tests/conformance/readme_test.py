"""Whether the table of cases in conformance/README.md is what `--list` says. --update writes it."""

import pathlib
import sys
import unittest

from kit import listed_cases

README = pathlib.Path(__file__).resolve().parents[2] / "conformance" / "README.md"
BEGIN, END = "<!-- cases -->\n", "<!-- end of cases -->\n"


def table():
    rows = [
        f"| `{each['id']}` | {each['rule']}{' Needs `%s`.' % each['option'] if each['option'] else ''} |"
        for each in listed_cases()]
    return "\n".join(["| case | rule |", "|---|---|", *rows]) + "\n"


def parts():
    before, rest = README.read_text().split(BEGIN)
    shown, after = rest.split(END)
    return before, shown, after


class Readme(unittest.TestCase):
    maxDiff = None

    def test_the_table_of_cases_is_what_the_command_lists(self):
        self.assertEqual(parts()[1], table(), "readme_test.py --update writes it anew")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        before, _, after = parts()
        README.write_text(before + BEGIN + table() + END + after)
    else:
        unittest.main()
