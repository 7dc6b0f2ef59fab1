"""What a comparison of database, store and hashes finds, and what may be done about each kind."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "run_missing",
    "run_differs",
    "run_altered",
    "run_held",
    "picture_missing",
    "object_unknown",
    "object_deleted",
    "tier_both",
    "tier_wrong",
    "tier_unknown",
    "audit",
    "ledger",
]
Repair = Literal["look_again", "forget_picture", "delete_object", "delete_copy", "correct_row"]
Phase = Literal["runs", "pictures", "objects", "tiers", "audit", "ledgers"]
PHASES: tuple[Phase, ...] = ("runs", "pictures", "objects", "tiers", "audit", "ledgers")

REPAIRS: dict[Kind, Repair | None] = {
    "run_missing": "look_again",
    "run_differs": "look_again",
    "run_altered": None,  # the second look compares what the store says of it, and that is right
    "run_held": None,
    "picture_missing": "forget_picture",
    "object_unknown": "delete_object",
    "object_deleted": "delete_object",
    "tier_both": "delete_copy",
    "tier_wrong": "correct_row",
    "tier_unknown": "delete_copy",
    "audit": None,
    "ledger": None,
}
YOUNG_MS = 24 * 3_600_000
"""An object may be there before its row; so old, it has none."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `subject`: a run, a key (or store:key), a place in the audit, a camera."""

    kind: Kind
    subject: str
    detail: str = ""

    @property
    def repair(self) -> Repair | None:
        return REPAIRS[self.kind]


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What the database says of an object."""

    id: str
    key: str
    length_bytes: int
    md5: str
    sha256: str
    held: bool


@dataclass(frozen=True, slots=True)
class Strange:
    """How many of a store's objects no row knows, old enough to be removed, and how many it has in all."""

    unknown: int
    all: int

    @property
    def most(self) -> bool:
        """Then it is more likely that the database is the wrong one."""
        return self.unknown * 2 > self.all


@dataclass(frozen=True, slots=True)
class ListedObject:
    """What the store says of one."""

    key: str
    length_bytes: int
    modified_ms: int


def judge(run: StoredObject, found: tuple[int, str] | None, sha256: str | None) -> Finding | None:
    """What is wrong with a stored run; `sha256`: of what the store gave back, if it was read."""
    kind: Kind = "run_differs"
    wrong = ""
    if found is None:
        return Finding("run_missing", run.id, run.key)
    if found[0] != run.length_bytes:
        wrong = f"{found[0]} bytes in place of {run.length_bytes}"
    elif found[1] != run.md5:
        wrong = "other MD5"
    elif sha256 not in {None, run.sha256}:
        kind, wrong = "run_altered", "other SHA-256"
    return Finding("run_held" if run.held else kind, run.id, f"{run.key}: {wrong}") if wrong else None


def begins(go_on: str) -> tuple[Phase, str] | None:
    """`PHASE:PLACE` as an interrupted check told it; None: it is none."""
    phase, colon, place = go_on.partition(":")
    return next(((one, place) for one in PHASES if one == phase and colon), None)
