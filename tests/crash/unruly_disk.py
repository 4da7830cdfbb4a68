"""The other side of unruly_disk.cpp: makes the disk of one program slow, failing, full or fatal."""

import errno
import mmap
import os
import pathlib
import struct

from makegood_process import Binaries

# The order of `disk_control`.
TOLD = ("kill_in", "sync_delay_ms", "sync_fails_permille", "write_fails_permille", "write_error",
        "short_writes_permille", "seed")
COUNTED = ("syncs", "syncs_slowed", "syncs_failed", "writes_failed", "writes_cut", "drawn")
PLACES = {name: 8 * place for place, name in enumerate((*TOLD, *COUNTED))}
NO_SPACE, BROKEN = errno.ENOSPC, errno.EIO


class UnrulyDisk:
    """For the program that gets `environment`; sound until it is told otherwise."""

    def __init__(self, binaries: Binaries, control: pathlib.Path, folder: pathlib.Path) -> None:
        library = binaries.makegood.with_name("makegood_unruly_disk.so")
        if not library.exists():
            raise SystemExit(f"{library} is not there: build it first with script/build")
        control.write_bytes(bytes(8 * len(PLACES)))
        with control.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self.environment = {
            "LD_PRELOAD": str(library),
            "MAKEGOOD_DISK_FOLDER": str(folder.resolve()),
            "MAKEGOOD_DISK_CONTROL": str(control),
            # A program with that sanitizer would insist on being loaded first.
            "ASAN_OPTIONS": ":".join(filter(None, (
                os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"))),
        }

    def told(self, **numbers: int) -> None:
        for name, number in numbers.items():
            assert name in TOLD, name
            struct.pack_into("=Q", self._map, PLACES[name], number)

    def sound(self) -> None:
        """What waits goes on; nothing fails any more."""
        self.told(**{name: 0 for name in TOLD if name != "seed"})

    def number(self, name: str) -> int:
        (number,) = struct.unpack_from("=Q", self._map, PLACES[name])
        return int(number)

    def counted(self) -> dict[str, int]:
        return {name: self.number(name) for name in COUNTED}

    def close(self) -> None:
        self._map.close()
