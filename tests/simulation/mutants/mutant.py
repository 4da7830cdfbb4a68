"""One fault to be planted; catalogue.py and meanings.py list them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str
    original: str
    mutated: str
    promises: str
    within: int = 10
    store: str = "memory"
