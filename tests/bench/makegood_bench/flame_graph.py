"""A flame graph of a running process: recorded by perf, folded and drawn here."""

import shutil
import subprocess
import tempfile
from collections import Counter
from html import escape
from pathlib import Path

WIDTH, ROW, FONT_WIDTH = 1200, 16, 6.6
SMALLEST = 0.001  # of the width: narrower frames are left out


class NoPerf(Exception):
    """Why there is no profile."""


def record(pid: int, seconds: float) -> Counter:
    """Samples by stack, outermost first, with the thread's name before it."""
    if not shutil.which("perf"):
        raise NoPerf("perf is not installed here: apt-get install linux-perf")
    with tempfile.TemporaryDirectory(prefix="makegood-profile-") as folder:
        file = Path(folder) / "perf.data"
        # The libraries have no frame pointers: a copy of the stack's top is unwound later.
        _run(["perf", "record", "-F", "499", "--call-graph", "dwarf,16384", "-o", file, "-p", str(pid), "--",
              "sleep", str(seconds)])
        said = _run(["perf", "script", "--no-inline", "-i", file, "-F", "comm,ip,sym"])
    return fold(said)


def _run(command: list) -> str:
    done = subprocess.run([str(each) for each in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, errors="replace")
    if done.returncode != 0:
        last_words = [f"exit {done.returncode}", *done.stderr.strip().splitlines()][-1]
        raise NoPerf(f"perf does not work here: {last_words}")
    return done.stdout


def fold(script: str) -> Counter:
    """`perf script -F comm,ip,sym`: a line with the thread, one for each frame from the innermost, an empty one."""
    stacks: Counter = Counter()
    thread, frames = "", []
    for line in [*script.splitlines(), ""]:
        if not line.strip():
            if frames:
                stacks[(thread, *reversed(frames))] += 1
            thread, frames = "", []
        elif not line[0].isspace():
            thread = line.strip()
        else:
            frames.append(_shortened(line.split(maxsplit=1)[-1].strip()))
    return stacks


def _shortened(symbol: str) -> str:
    """Without what template arguments and parameters say."""
    depth, kept = 0, []
    for at, character in enumerate(symbol):
        if character in "<(":
            depth += 1
        elif character in ">)" and symbol[at - 1] != "-":
            depth -= 1
        elif depth == 0:
            kept.append(character)
    return "".join(kept).replace("makegood::", "").strip() or symbol


def hottest(stacks: Counter, count: int) -> list[tuple[str, float]]:
    """Functions by the share of samples in which they were the innermost."""
    own: Counter = Counter()
    for stack, samples in stacks.items():
        own[stack[-1]] += samples
    total = max(1, sum(own.values()))
    return [(name, samples / total) for name, samples in own.most_common(count)]


# -- drawing


def svg_of(stacks: Counter, title: str) -> str:
    total = sum(stacks.values())
    frames = list(_frames(stacks, total))
    height = (max((depth for depth, *_ in frames), default=0) + 3) * ROW
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" '
           f'font-size="11"><rect width="{WIDTH}" height="{height}" fill="#fff"/>',
           f'<text x="6" y="13">{escape(title)}: {total} samples</text>']
    for depth, begin, share, name in frames:
        x, width, y = begin * WIDTH, share * WIDTH, height - (depth + 1) * ROW
        text = name[:int(width / FONT_WIDTH)] if width > 4 * FONT_WIDTH else ""
        out.append(f'<g><title>{escape(name)} ({100 * share:.1f} %)</title>'
                   f'<rect x="{x:.2f}" y="{y}" width="{max(width - 0.3, 0.1):.2f}" height="{ROW - 1}" '
                   f'fill="{_colour(name)}"/><text x="{x + 3:.1f}" y="{y + 12}">{escape(text)}</text></g>')
    return "\n".join([*out, "</svg>"]) + "\n"


def _frames(stacks: Counter, total: int):
    """Depth, where it begins, how wide it is (both as shares of the whole), name: parents first."""
    def below(of: list[tuple[tuple, int]], depth: int, begin: float):
        at = begin
        groups: dict[str, list[tuple[tuple, int]]] = {}
        for stack, samples in of:
            if len(stack) > depth:
                groups.setdefault(stack[depth], []).append((stack, samples))
        for name in sorted(groups):
            share = sum(samples for _, samples in groups[name]) / total
            if share >= SMALLEST:
                yield depth, at, share, name
                yield from below(groups[name], depth + 1, at)
            at += share

    if total:
        yield from below(list(stacks.items()), 0, 0.0)


def _colour(name: str) -> str:
    """Warm for ours, by name; blue for SQLite, grey for the kernel and the rest."""
    tone = sum(name.encode()) % 40
    if "sqlite" in name.lower():
        return f"rgb({120 + tone},{165 + tone},230)"
    if "::" in name:
        return f"rgb({235 - tone // 2},{130 + tone},{70 + tone})"
    return f"rgb({200 + tone // 2},{200 + tone // 2},{200 + tone // 2})"
