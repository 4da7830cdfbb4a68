#!/usr/bin/env python3
"""The architecture as a test: include direction, what may be included where, clock and chance, sizes.

Usage: laws.py [ROOT]. Prints every breach as `file:line: law: what`, exits 1 when there is one.
"""

import re
import sys
from pathlib import Path

LAYERS = ("engine", "sagas", "statestore", "adapters", "simulation", "conformance", "cli")

# Folder -> folders that it may include, beside itself.
MAY_INCLUDE = {
    "engine": set(),
    "sagas": {"engine"},
    "statestore": {"engine"},
    "adapters": {"engine"},
    "simulation": {"engine", "sagas", "statestore"},
    "conformance": {"engine", "adapters"},
    "cli": {"engine", "sagas", "statestore", "adapters", "simulation", "conformance"},
}

# Regular expression of an include -> the only places that may have it, and why.
ONLY_IN = [
    (r"boost/(asio|beast)", r"^(adapters|conformance|cli|examples|tests)/", "the core and the store do no I/O over the network"),
    (r"boost/beast", r"\.cpp$", "Beast is slow to compile: sources only"),
    (r"boost/msm", r"^sagas/(dsl/.*\.hpp|[a-z_]+/machine\.cpp)$", "MSM belongs into one source per saga"),
    (r"sqlite3\.h", r"^(statestore|examples/storefront|tests)/|^simulation/sqlite_file_system\.cpp$", "SQLite is statestore's"),
    (r"librdkafka", r"^adapters/kafka/(settings|producer_client|consumer_client)\.cpp$|^tests/adapters/kafka/mock_cluster\.cpp$",
     "librdkafka stays in its wrappers"),
    (r"toml\+\+", r"^cli/.*\.cpp$", "configuration is read by the command line"),
    (r"CLI/", r"^(cli|examples|tests)/", "options are read by programs"),
    (r"(thread|mutex|condition_variable|shared_mutex)", r"^(adapters|statestore|conformance|cli|examples|tests)/",
     "the core knows no threads"),
    (r"(random|iostream|fstream)", r"^(adapters|statestore|cli|examples|tests)/", "the core has no chance and no streams"),
]

# Text that only its home may hold.
ONLY_AT = [
    (r"::now\(\)", r"^(adapters/clock/|adapters/http/|examples/|tests/)", "time enters as a value: adapters/clock"),
    (r"\b(getrandom|random_device|mt19937\w*)\b", r"^(adapters/clock/|examples/|tests/)", "chance enters as a value: adapters/clock"),
    (r"\bco_(await|return|yield)\b", r"^(adapters|conformance|cli|examples|tests)/", "coroutines live in the adapters"),
    (r"\b(sleep_for|sleep_until|usleep)\b", r"^cli/polling\.cpp$", "wait for a condition with a deadline, not for time"),
    (r"clang-format off", r"^(sagas|examples/\d\d_[a-z_]+)/.*machine\.cpp$|^examples/\d\d_[a-z_]+/[a-z_]+\.cpp$", "only a transition table is laid out by hand"),
    (r"\b(TODO|FIXME|XXX)\b", r"^$", "finish it or write an issue"),
]

LINES_MAX = 450
FUNCTION_LINES_MAX = 70


def sources(root: Path):
    for folder in (*LAYERS, "examples", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp") and path.is_file():
                yield path, path.relative_to(root).as_posix()


def without_comments(text: str) -> str:
    """Blanks comments and string contents, keeping the lines."""
    def blank(match: re.Match) -> str:
        return re.sub(r"[^\n]", " ", match.group(0))

    text = re.sub(r'R"(\w*)\(.*?\)\1"', blank, text, flags=re.S)
    return re.sub(r"//[^\n]*|/\*.*?\*/", blank, text, flags=re.S)


def include_breaches(name: str, text: str):
    layer = name.split("/")[0]
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#include ["<]([^">]+)[">]', line)
        if not found:
            continue
        header = found.group(1)
        target = header.split("/")[0]
        if layer in MAY_INCLUDE and target in LAYERS and target != layer:
            if target not in MAY_INCLUDE[layer]:
                yield number, "direction", f"{layer} must not include {header}"
        if layer in MAY_INCLUDE and target in ("tests", "examples"):
            yield number, "direction", f"{layer} must not include {header}"
        for pattern, home, why in ONLY_IN:
            if re.match(pattern + r"(\b|$)", header) and not re.search(home, name):
                yield number, "include", f"{header}: {why}"


def text_breaches(name: str, code: str, raw: str):
    for pattern, home, why in ONLY_AT:
        searched = raw if "clang-format" in pattern or "TODO" in pattern else code
        for match in re.finditer(pattern, searched):
            if not re.search(home, name):
                number = searched.count("\n", 0, match.start()) + 1
                yield number, "home", f"{match.group(0)}: {why}"


def size_breaches(name: str, code: str, raw: str):
    lines = raw.splitlines()
    if len(lines) > LINES_MAX:
        yield len(lines), "size", f"{len(lines)} lines (at most {LINES_MAX}): look for the second concept"
    if name.startswith("tests/"):
        return
    yield from long_functions(code)


def long_functions(code: str):
    """A function body, by this house's formatting, opens with `{` at a line's end and closes at its indent."""
    lines = code.splitlines()
    opener = re.compile(r"^(\s*)(?!.*\b(namespace|class|struct|enum|union)\b).*\).*\{\s*$")
    number = 0
    while number < len(lines):
        found = opener.match(lines[number])
        if not found or lines[number].lstrip().startswith(("if", "for", "while", "switch", "}")):
            number += 1
            continue
        closing = found.group(1) + "}"
        end = next((i for i in range(number + 1, len(lines)) if lines[i].startswith(closing)
                    and not lines[i].startswith(closing + " ")), None)
        if end is not None and end - number > FUNCTION_LINES_MAX:
            yield number + 1, "size", f"a function of {end - number} lines (at most {FUNCTION_LINES_MAX})"
        number += 1


def breaches(root: Path):
    for path, name in sources(root):
        raw = path.read_text(encoding="utf-8")
        code = without_comments(raw)
        if path.suffix == ".hpp" and not raw.startswith("#pragma once"):
            yield f"{name}:1: header: begins with #pragma once"
        for number, law, what in (*include_breaches(name, raw), *text_breaches(name, code, raw),
                                  *size_breaches(name, code, raw)):
            yield f"{name}:{number}: {law}: {what}"


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    found = list(breaches(root))
    checked = sum(1 for _ in sources(root))
    for each in found:
        print(each)
    print(f"laws: {checked} files, {len(found)} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
