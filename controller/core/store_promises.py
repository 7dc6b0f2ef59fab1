"""What is asked of an object store: each promise, and what is done, or lost, where a store does not keep it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Promise = Literal[
    "md5", "length", "etag", "once", "sha256", "listed", "part", "multipart", "deleted", "versions", "life_cycle"
]
PROBES = "probe/"
"""The folder of what is written only to be tried with."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A promise in words. `made_up`: the system holds it by itself; else it is for people to put right."""

    promise: str
    instead: str
    made_up: bool


_DOOR = "nodes upload through the controller, which checks every byte; that takes it processor time"
MEANINGS: dict[Promise, Meaning] = {
    "md5": Meaning("refuses bytes other than the signed Content-MD5", _DOOR, made_up=True),
    "length": Meaning("refuses another length than the signed one", "the signed Content-MD5 refuses it", made_up=True),
    "etag": Meaning("tells length and MD5 by HEAD", _DOOR, made_up=True),
    "once": Meaning(
        "refuses to overwrite (If-None-Match)",
        "a grant is for the same bytes only: a second upload changes nothing",
        made_up=True,
    ),
    "sha256": Meaning(
        "checks the signed SHA-256", "the signed MD5 is checked; SHA-256 when it is read again", made_up=True
    ),
    "listed": Meaning(
        "lists at once what came and went", "`cctv fsck` may tell of objects that are there, or gone", made_up=False
    ),
    "part": Meaning("gives parts of an object", "nothing can be played: use another store", made_up=False),
    "multipart": Meaning(
        "takes objects in parts, and keeps them whole", "exports and backups over 5 MiB fail there", made_up=False
    ),
    "deleted": Meaning(
        "has nothing left of what was deleted", "nothing can be deleted: use another store", made_up=False
    ),
    "versions": Meaning(
        "keeps no older versions",
        "what was deleted stays there as older versions: switch versions off, or let them expire by a rule",
        made_up=False,
    ),
    "life_cycle": Meaning(
        "has no rule that deletes footage by itself",
        "such a rule deletes held evidence, too: only aborted uploads and probe/ may have one",
        made_up=False,
    ),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one. `kept` None: the store does not answer that question."""

    promise: Promise
    kept: bool | None
    detail: str = ""

    @property
    def grave(self) -> bool:
        """Whether people have to put something right."""
        return self.kept is False and not MEANINGS[self.promise].made_up


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by which a store deletes objects by itself. `prefix`: of what; empty: of everything."""

    name: str
    prefix: str
    on: bool


def life_cycle(rules: Iterable[Rule]) -> Trial:
    """Whether no rule that is on deletes anything but probes."""
    wrong = [one.name or "(without a name)" for one in rules if one.on and not one.prefix.startswith(PROBES)]
    return Trial("life_cycle", not wrong, ", ".join(wrong))
