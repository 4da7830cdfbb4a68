"""What a stopped server has left in its stores: payload bytes and rows, whatever the schema is called."""

import sqlite3
from pathlib import Path


def payload_of(data: Path) -> dict[str, int]:
    """Bytes of all journal events and of all records, and the rows that hold them."""
    sums = {"event_bytes": 0, "event_rows": 0, "record_bytes": 0, "record_rows": 0}
    for store in sorted(data.glob("*.db")):
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
            for kind in ("event", "record"):
                for table in _tables_with(db, kind):
                    size, rows = db.execute(
                        f'SELECT sum(length("{kind}")), count("{kind}") FROM "{table}"').fetchone()
                    sums[f"{kind}_bytes"] += size or 0
                    sums[f"{kind}_rows"] += rows or 0
        db.close()
    return sums


def _tables_with(db: sqlite3.Connection, column: str) -> list[str]:
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [name for name in tables
            if any(each[1] == column for each in db.execute(f'PRAGMA table_info("{name}")'))]


def counted_writes(count_file: Path) -> dict[str, int]:
    """What the preloaded counter has noted: `rows` of all connections and bytes of `payload`, rewritten ones too."""
    counts: dict[str, int] = {}
    if count_file.exists():
        for line in count_file.read_text().splitlines():
            what, number = line.split()
            counts[what] = counts.get(what, 0) + int(number)
    return counts
