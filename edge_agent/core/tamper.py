"""Decides when a camera counts as tampered with, and when no longer. Pure: time comes with each look.

What a look shows (`core/view.py`) has to last before it is told, and to be over for a while before that is told.

Invariants, held by tests/unit/edge_agent/core/test_tamper.py:
1. At most one tamper is open; each is begun once and ended once, in order of time, and they do not overlap.
2. None is begun before its trouble, of any kind that looks alike, lasted as long as its kind's raise time.
3. None is ended, unless by another kind, before a whole clear time without trouble.
"""

from dataclasses import dataclass, replace

from shared.kinds import TAMPER_KINDS, TamperKind


@dataclass(frozen=True, slots=True)
class TamperRules:
    """What is watched for, how eagerly; how long trouble lasts before it is told, and calm before its end is."""

    kinds: frozenset[TamperKind] = frozenset(TAMPER_KINDS)
    sensitivity: float = 0.5  # 0 tells least, 1 most
    raise_ms: int = 10_000
    frozen_raise_ms: int = 120_000  # encoders that save bytes repeat a still picture for a minute
    clear_ms: int = 5_000

    def raises_after_ms(self, kind: TamperKind) -> int:
        """How long this kind has to last."""
        return self.frozen_raise_ms if kind == "frozen" else self.raise_ms


@dataclass(frozen=True, slots=True)
class Tamper:
    """One stretch of tampering."""

    kind: TamperKind
    start_ms: int


@dataclass(frozen=True, slots=True)
class TamperState:
    """Where one camera stands."""

    now_ms: int | None = None
    suspect: Tamper | None = None  # trouble that is not told yet
    open: Tamper | None = None
    calm_since_ms: int | None = None  # while open: since when there is no trouble


@dataclass(frozen=True, slots=True)
class Begun:
    tamper: Tamper


@dataclass(frozen=True, slots=True)
class Ended:
    tamper: Tamper
    end_ms: int


TamperEffect = Begun | Ended


def step(
    state: TamperState, now_ms: int, seen: TamperKind | None, rules: TamperRules
) -> tuple[TamperState, tuple[TamperEffect, ...]]:
    """Advance by one look (an earlier time counts as no progress)."""
    now_ms = now_ms if state.now_ms is None else max(now_ms, state.now_ms)
    state = replace(state, now_ms=now_ms)
    if seen not in rules.kinds:
        seen = None
    if seen is None or (state.open is not None and seen == state.open.kind):
        state = replace(state, suspect=None)
    else:
        state = replace(state, suspect=_suspect(state.suspect, seen, now_ms))
    if state.open is not None:
        state, ended = _calm(state, state.open, now_ms, seen, rules)
        if ended is not None:
            return state, (ended,)
    suspect = state.suspect
    if suspect is None or now_ms - suspect.start_ms < rules.raises_after_ms(suspect.kind):
        return state, ()
    effects: tuple[TamperEffect, ...] = (Begun(suspect),)
    if state.open is not None:
        effects = (Ended(state.open, suspect.start_ms), *effects)
    return TamperState(now_ms, None, suspect, None), effects


def _suspect(before: Tamper | None, seen: TamperKind, now_ms: int) -> Tamper:
    """A picture that is going black, covered or turned away looks now like one, now like another: one trouble."""
    if before is None or (before.kind == "frozen") != (seen == "frozen"):
        return Tamper(seen, now_ms)
    return Tamper(seen, before.start_ms)


def _calm(
    state: TamperState, tamper: Tamper, now_ms: int, seen: TamperKind | None, rules: TamperRules
) -> tuple[TamperState, Ended | None]:
    if seen is not None:
        return replace(state, calm_since_ms=None), None
    since_ms = now_ms if state.calm_since_ms is None else state.calm_since_ms
    if now_ms - since_ms < rules.clear_ms:
        return replace(state, calm_since_ms=since_ms), None
    return TamperState(now_ms), Ended(tamper, since_ms)
