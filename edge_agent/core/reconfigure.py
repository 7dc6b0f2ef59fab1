"""Decides whether settings that the controller wants are tried, kept or taken back. Pure: time is an argument.

Invariants, held by tests/unit/edge_agent/core/test_reconfigure.py:
1. What runs is what ran well before (`good`), or what is being tried; after a start it is never what was being tried.
2. `good` becomes only what was tried and kept, or nothing.
3. A version that was answered is never tried again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

State = Literal["applying", "applied", "refused", "rolled-back"]
Verdict = Literal["wait", "keep", "late"]

TRIAL_MS = 60_000
_STEADY_MS = 3_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One version of the settings that the controller wants."""

    version: int
    settings: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a version; version 0 was not understood."""

    version: int
    state: State
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """What the node remembers of the controller's wishes, on disk."""

    good: Wanted | None = None  # ran well; None: the node's own file alone
    trying: Wanted | None = None
    must_live: tuple[str, ...] = ()  # cameras that were live before the trial
    report: Report | None = None

    @property
    def runs(self) -> Wanted | None:
        """What the cameras are to run with."""
        return self.trying or self.good

    @property
    def running(self) -> int:
        """The version that is known to run well; 0: the node's own file alone."""
        return 0 if self.good is None else self.good.version


def is_news(book: Book, wanted: Wanted) -> bool:
    """Whether this version is to be looked at; what was answered before is only told again."""
    return book.report is None or wanted.version > book.report.version


def begin(book: Book, wanted: Wanted, live: Collection[str]) -> Book:
    """Try `wanted`; the cameras that are live now have to be live then."""
    return replace(book, trying=wanted, must_live=tuple(sorted(live)), report=Report(wanted.version, "applying"))


def refuse(book: Book, version: int, reason: str) -> Book:
    """Leave everything as it is, and say why."""
    return replace(book, report=Report(version, "refused", reason))


def keep(book: Book) -> Book:
    """The trial went well."""
    if book.trying is None:
        return book
    return Book(good=book.trying, report=Report(book.trying.version, "applied"))


def roll_back(book: Book, reason: str) -> Book:
    """End a trial: what ran well before runs again."""
    if book.trying is None:
        return book
    return Book(good=book.good, report=Report(book.trying.version, "rolled-back", reason))


def at_start(book: Book) -> Book:
    """What a new process makes of it: a trial that the last one did not end went wrong."""
    return roll_back(book, "the agent ended before all cameras were live with it")


def without_good(book: Book, reason: str) -> Book:
    """The node's own file was changed so that what ran well no longer fits it: the file alone counts."""
    if book.good is None:
        return book
    return Book(
        report=Report(max(book.good.version, 0 if book.report is None else book.report.version), "refused", reason)
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether every camera that was live before is live again, for a while, in time."""

    since_ms: int
    limit_ms: int = TRIAL_MS
    steady_ms: int | None = None  # since when all are live

    def look(self, now_ms: int, missing: Collection[str]) -> tuple["Trial", Verdict]:
        """The trial after a look at `now_ms` that found `missing` cameras not live."""
        if not missing:
            steady_ms = now_ms if self.steady_ms is None else self.steady_ms
            return replace(self, steady_ms=steady_ms), "keep" if now_ms - steady_ms >= _STEADY_MS else "wait"
        late = now_ms - self.since_ms >= self.limit_ms
        return replace(self, steady_ms=None), "late" if late else "wait"
