"""A disk that is soon full."""

import pathlib
import subprocess
import tempfile
import unittest

CHUNK = bytes(64 * 1024)


class SmallDisk:
    """A tmpfs of its own. Needs the right to mount: without it, a SkipTest says so."""

    def __init__(self, size: str) -> None:
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="makegood-disk-"))
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "makegood-test", self.path],
            capture_output=True, text=True)
        if mounted.returncode != 0:
            self.path.rmdir()
            raise unittest.SkipTest(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")

    def fill(self) -> None:
        with (self.path / "filler").open("ab", buffering=0) as filler:
            try:
                while filler.write(CHUNK):
                    pass
            except OSError:
                return  # full, as wanted

    def free(self) -> None:
        (self.path / "filler").unlink()

    def remove(self) -> None:
        subprocess.run(["umount", "--lazy", self.path], check=True)
        self.path.rmdir()
