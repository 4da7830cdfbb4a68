"""How the demo speaks: headings, lines, marks and a table; colour only where somebody sees it."""

import os
import sys

BOLD, FAINT, GREEN, RED, CYAN = "1", "2", "32", "31", "36"
COLUMN = 15


class Stage:
    """Writes to stdout and remembers what did not hold."""

    def __init__(self) -> None:
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._scenes = 0
        self.failures: list[str] = []

    def paint(self, text: str, *styles: str) -> str:
        return f"\033[{';'.join(styles)}m{text}\033[0m" if self._colour else text

    def say(self, text: str = "") -> None:
        print(text, flush=True)

    def scene(self, title: str) -> None:
        self._scenes += 1
        self.say(f"\n{self.paint(f'{self._scenes}. {title}', BOLD, CYAN)}")

    def line(self, name: str, text: str) -> None:
        self.say(f"   {self.paint(f'{name:<{COLUMN}}', FAINT)}{text}")

    def check(self, holds: bool, what: str) -> None:
        """Shows a statement with its verdict."""
        mark = self.paint("✓", GREEN, BOLD) if holds else self.paint("✗", RED, BOLD)
        self.say(f"   {mark} {what}")
        if not holds:
            self.failures.append(what)

    def sum(self, title: str, parts: dict[str, str], total: tuple[str, str], holds: bool) -> None:
        """One equation of the last table: parts that add up to a total."""
        self.say(f"   {self.paint(title, BOLD)}")
        rows = [*parts.items()]
        width = max(len(value) for value in (*parts.values(), total[1]))
        for position, (name, value) in enumerate(rows):
            self.say(f"     {'+' if position else ' '} {name:<36}{value:>{width}}")
        self.say(f"       {'─' * (36 + width)}")
        mark = self.paint("✓", GREEN, BOLD) if holds else self.paint("✗", RED, BOLD)
        self.say(f"     = {total[0]:<36}{total[1]:>{width}}  {mark}")
        if not holds:
            self.failures.append(f"{title} does not add up")
