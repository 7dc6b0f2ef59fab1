"""Whether a camera's ledger is as its node wrote it: every entry, every link, every signature. Pure but for arithmetic.

Invariants, held by tests/unit/controller/core/test_ledger_check.py:
1. A ledger that nobody touched has no fault, whatever of it had no signature.
2. What of an entry is changed is a fault of its minute; a removed entry is one of the minute behind.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from shared.ledger import FIRST_PREVIOUS, hash_of
from shared.ledger_signature import fits

LedgerFault = Literal["changed", "removed", "headless", "foreign", "unsigned"]
"""An entry is not what its hash says; entries before it are gone; a chain's beginning is; its signature is by none of
its node's keys; it has none behind one that has."""


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """A camera-minute as the database has it. `gaps`: none: told before they were kept, no hash can be made."""

    camera: str
    minute_ms: int
    chain: str
    previous: str
    entry: str
    segments: Sequence[Mapping[str, Any]]
    gaps: Sequence[Mapping[str, Any]] | None
    signature: str | None
    signer: str | None = None  # fingerprint of the key that it fits


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with which minute."""

    camera: str
    minute_ms: int
    kind: LedgerFault


@dataclass(slots=True)
class LedgerCheck:
    """Walks the entries of one camera, each chain in the order of its minutes. `keys`: public keys of its node, PEM.

    `whole`: every entry is asked for. Else the first of a chain may be one from its middle.
    """

    keys: Sequence[str]
    whole: bool = False
    entries: int = 0
    signed: int = 0
    unproven: int = 0
    chains: int = 0
    _heads: dict[str, str] = field(default_factory=dict)
    _signing: set[str] = field(default_factory=set)

    def step(self, entries: Iterable[KeptEntry]) -> list[Wrong]:
        """The next entries."""
        return [Wrong(one.camera, one.minute_ms, kind) for one in entries for kind in self._faults(one)]

    def _faults(self, one: KeptEntry) -> list[LedgerFault]:
        found: list[LedgerFault] = []
        self.entries += 1
        before = self._heads.get(one.chain)
        if before is None:
            self.chains += 1
            if self.whole and one.previous != FIRST_PREVIOUS:
                found.append("headless")
        elif before != one.previous:
            found.append("removed")
        self._heads[one.chain] = one.entry
        if one.gaps is None:
            self.unproven += 1
        elif hash_of(one.camera, one.minute_ms, one.chain, one.previous, one.segments, one.gaps) != one.entry:
            found.append("changed")
        if one.signature is None:
            self.unproven += one.gaps is not None
            if one.chain in self._signing:
                found.append("unsigned")
        elif any(fits(one.signature, one.entry, key) for key in self.keys):
            self.signed += 1
            self._signing.add(one.chain)
        else:
            found.append("foreign")
        return found
