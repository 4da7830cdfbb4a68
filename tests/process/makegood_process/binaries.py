"""Where the two programs are."""

import os
import pathlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Binaries:
    makegood: pathlib.Path
    storefront: pathlib.Path

    @classmethod
    def of(cls, build: str | os.PathLike[str]) -> "Binaries":
        """Those of a build folder; says how to build them when they are missing."""
        folder = pathlib.Path(build).resolve()
        found = cls(folder / "makegood", folder / "storefront")
        for program in (found.makegood, found.storefront):
            if not os.access(program, os.X_OK):
                raise SystemExit(f"{program} is not there: build it first with script/build")
        return found

    @classmethod
    def from_environment(cls) -> "Binaries":
        """MAKEGOOD_BUILD names the build folder; build/release when it is not set."""
        return cls.of(os.environ.get("MAKEGOOD_BUILD", "build/release"))
