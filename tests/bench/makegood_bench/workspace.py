"""Where a run keeps its stores: one folder, removed at the end."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .plan import Plan
from .shop import Backends, Makegood


class Workspace:
    def __init__(self, plan: Plan, folder: Path):
        self.plan = plan
        self.folder = folder
        self._numbers = itertools.count(1)

    @staticmethod
    @contextmanager
    def temporary(plan: Plan) -> Iterator["Workspace"]:
        with tempfile.TemporaryDirectory(prefix="makegood-bench-", dir=plan.data_root) as name:
            yield Workspace(plan, Path(name))

    @contextmanager
    def fresh_folder(self) -> Iterator[Path]:
        folder = self.folder / str(next(self._numbers))
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def shop(self, *, full: bool = False, delay_ms: float = 0) -> Iterator[tuple[Makegood, Backends]]:
        """Backends and a server with an empty store."""
        with self.fresh_folder() as folder, Backends(self.plan.build, folder, delay_ms) as backends, \
                self.serve(folder, backends, folder / "data", full=full) as server:
            yield server, backends

    def serve(self, folder: Path, backends: Backends, data: Path, *, settings: str = "", **more) -> Makegood:
        lanes = f"lanes = {self.plan.lanes}\n" if self.plan.lanes > 1 else ""
        toml = f"{lanes}{self.plan.toml}\n{settings}"
        return Makegood(self.plan.build, folder, backends, data=data, toml=toml, **more)

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.folder).free
