"""The audit's chain: what each entry's seal says, what a signed head says, and what a check of both finds."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

FIRST_PREVIOUS = "0" * 64
REFUSED = "login.refused"
"""Written by whoever guesses: forgotten after a while, when its seal alone stays."""
REFUSED_KEPT = timedelta(days=90)
HEAD_LATE = timedelta(days=2)
"""An entry is signed when its day (UTC) is over: whatever waits for longer, waits for something that does not run."""
ANCHOR = "ledger.heads"
"""How far every camera's ledger had come when a day was over."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FaultKind = Literal["changed", "removed", "seal_changed", "seal_removed", "head_changed", "head_signature", "cut"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what, as it stands in the audit. `id`: the row's number; `address`: from where."""

    id: int
    at: datetime
    who: str
    what: str
    subject: str
    address: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seal:
    """An entry's place in the chain. `row`: SHA-256 of the entry; `chain`: of this seal behind the one before; hex."""

    seq: int
    entry: int
    at: datetime
    what: str
    row: str
    chain: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain had come when a day (UTC) was over; signed by the site's audit key, base64."""

    day: date
    seq: int
    chain: str
    signature: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What was done to the audit: at which place of the chain, or to which day's head."""

    kind: FaultKind
    seq: int
    day: date | None = None


def _canonical(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def utc_of(at: datetime) -> str:
    """A time as seals tell it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def row_hash(entry: Entry) -> str:
    """SHA-256 over the entry as JSON with sorted keys and no spaces; every field of it counts."""
    return hashlib.sha256(_canonical(entry_told(entry))).hexdigest()


def entry_told(entry: Entry) -> dict[str, Any]:
    """An entry as its hash is made."""
    return {
        "id": entry.id,
        "at": utc_of(entry.at),
        "who": entry.who,
        "what": entry.what,
        "subject": entry.subject,
        "address": entry.address,
        "detail": entry.detail,
    }


def chain_hash(previous: str, seq: int, entry: int, at: datetime, what: str, row: str) -> str:
    """SHA-256 of one seal behind the chain before it."""
    told = {"previous": previous, "seq": seq, "entry": entry, "at": utc_of(at), "what": what, "row": row}
    return hashlib.sha256(_canonical(told)).hexdigest()


def seal_all(entries: Iterable[Entry], last: Seal | None) -> list[Seal]:
    """The seals of entries that have none, behind `last`; None: the chain begins."""
    seq, previous = (last.seq, last.chain) if last else (0, FIRST_PREVIOUS)
    seals = []
    for entry in entries:
        seq, row = seq + 1, row_hash(entry)
        previous = chain_hash(previous, seq, entry.id, entry.at, entry.what, row)
        seals.append(Seal(seq, entry.id, entry.at, entry.what, row, previous))
    return seals


def head_bytes(site: str, day: date, seq: int, chain: str) -> bytes:
    """What a day's head signs."""
    return _canonical({"site": site, "day": day.isoformat(), "seq": seq, "chain": chain})


def day_over(now: datetime) -> date:
    """The day (UTC) that needs a head now, unless it has one: the last that is over; days of standstill need none.

    Later heads do not count: a clock that was wrong once must not silence the heads for years.
    """
    return now.astimezone(UTC).date() - timedelta(days=1)


@dataclass(slots=True)
class ChainCheck:
    """Walks the chain from its beginning, or from a seal that was checked before, and collects what is wrong.

    A seal that is missing or changed is told once: what follows is judged against what it says itself.
    """

    now: datetime
    seq: int = 0
    chain: str = FIRST_PREVIOUS
    forgotten: int = 0
    checked: int = 0

    def step(self, seal: Seal, entry: Entry | None, heads: Iterable[Head] = ()) -> list[Fault]:
        """The next seal with its entry, and the heads that name its place."""
        faults = []
        if seal.seq != self.seq + 1:
            faults.append(Fault("seal_removed", self.seq + 1))
        elif chain_hash(self.chain, seal.seq, seal.entry, seal.at, seal.what, seal.row) != seal.chain:
            faults.append(Fault("seal_changed", seal.seq))
        if entry is None:
            faults += self._gone(seal)
        elif row_hash(entry) != seal.row:
            faults.append(Fault("changed", seal.seq))
        faults += [Fault("head_changed", seal.seq, head.day) for head in heads if head.chain != seal.chain]
        self.seq, self.chain = seal.seq, seal.chain
        self.checked += 1
        return faults

    def end(self, heads: Iterable[Head]) -> list[Fault]:
        """After the last seal: heads, of the database or kept elsewhere, that reach further than the chain."""
        return [Fault("cut", head.seq, head.day) for head in heads if head.seq > self.seq]

    def _gone(self, seal: Seal) -> list[Fault]:
        if seal.what == REFUSED and seal.at < self.now - REFUSED_KEPT:
            self.forgotten += 1
            return []
        return [Fault("removed", seal.seq)]
