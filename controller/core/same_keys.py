"""Keys that every machine of a site has to have alike: what one signs or seals, the others must be able to read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

SEEN_MS = 20_000
"""How often a machine says that it is there."""
GONE_MS = 3 * SEEN_MS
"""One that has been silent for so long is not compared with: keys are changed while the others are stopped."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine, and by what each of its keys is known."""

    name: str
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A key that another machine has, and this one lacks or has otherwise."""

    key: str
    machine: str
    missing: bool


def difference(mine: Mapping[str, str], others: tuple[Machine, ...], needed: Collection[str] = ()) -> Difference | None:
    """The first key in which this machine differs from one that is there; to lack one that is not `needed` is none."""
    for other in sorted(others, key=lambda one: one.name):
        for key, known_by in sorted(other.keys.items()):
            if (key in mine or key in needed) and mine.get(key) != known_by:
                return Difference(key, other.name, key not in mine)
    return None
