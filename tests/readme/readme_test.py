#!/usr/bin/env python3
"""The README tells the truth: its diagram is the table's, its links exist, its commands work.

Usage: readme_test.py BUILD [--by-hand]. With --by-hand the commands are run too (port 8700 must be free).
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PATIENCE_SECONDS = 1200  # it builds


def block_after(marker: str) -> str:
    found = re.search(re.escape(marker) + r".*?-->\n```\w+\n(.*?)```", README, flags=re.S)
    if not found:
        sys.exit(f"README.md: no block after '{marker}'")
    return found.group(1)


def check_diagram(makegood: Path) -> list[str]:
    printed = subprocess.run([makegood, "diagram", "checkout"], check=True, capture_output=True, text=True).stdout
    if printed.strip() == block_after("<!-- diagram: checkout").strip():
        return []
    return ["the diagram is not what `makegood diagram checkout` prints"]


def check_links() -> list[str]:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    return [f"the link to {each} leads nowhere" for each in targets if not (ROOT / each).exists()]


def run_by_hand() -> list[str]:
    with tempfile.TemporaryDirectory(prefix="makegood-readme-") as work:
        script = "set -eu\n" + block_after("<!-- by hand")
        output_file = Path(work) / "output"
        with output_file.open("w") as sink:
            child = subprocess.Popen(["bash", "-c", script], cwd=ROOT, env={**os.environ, "WORK": work},
                                     stdout=sink, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                child.wait(timeout=PATIENCE_SECONDS)
            finally:
                os.killpg(child.pid, signal.SIGTERM)
        output = output_file.read_text(encoding="utf-8")
        print(output)
    problems = [] if child.returncode == 0 else [f"the commands by hand ended with {child.returncode}"]
    if '"status":"completed"' not in output:
        problems.append("the checkout started by hand did not complete")
    return problems


def main() -> int:
    build = Path(sys.argv[1]).resolve()
    problems = check_diagram(build / "makegood") + check_links()
    if "--by-hand" in sys.argv:
        problems += run_by_hand()
    for each in problems:
        print(f"README.md: {each}")
    print(f"readme: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
