"""Measures how much alarms ask of people: the figures of EEMUA 191 and ANSI/ISA-18.2. Pure.

Invariants, held by tests/unit/controller/core/test_alarm_load.py:
1. What maintenance suppressed burdens nobody: it is counted apart.
2. The peak is of any ten minutes, wherever they begin; floods are counted in stretches from the span's begin.
3. Chattering is counted in occurrences, so that the cooldown does not hide it.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations
from typing import Literal

from controller.core.tending import STALE
from shared.kinds import SEVERITIES, Severity

WINDOW_MS = 600_000
FLOOD = 10
"""More alarms than this in ten minutes, for each operator, are a flood."""
CHATTER_MS = 60_000
CHATTER = 3
STALE_MS = STALE // timedelta(milliseconds=1)
TOP = 10
TOGETHER_MS = 15_000
_TOGETHER_LEAST = 3
_TOGETHER_SHARE = 0.6
_SHOWN = 20

Band = Literal["acceptable", "manageable", "over-demanding", "unacceptable"]
"""EEMUA 191, alarms in ten minutes on average: under 1, up to 2, up to 10, more."""


@dataclass(frozen=True, slots=True)
class AlarmFact:
    """One alarm as far as its load needs it."""

    number: int
    rule: str
    rule_name: str
    where: str  # place, camera or node; empty: the site
    camera: str | None
    placed: bool  # its rule names a place
    zone_name: str | None
    severity: Severity
    raised_ms: int
    acknowledged_ms: int | None = None
    resolved_ms: int | None = None
    assessment: str | None = None
    suppressed: bool = False
    shelved: bool = False
    escalation_level: int = 0
    occurred_ms: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    rule_name: str
    where: str
    zone_name: str | None
    alarms: int
    share: float


@dataclass(frozen=True, slots=True)
class Chattering:
    rule_name: str
    where: str
    zone_name: str | None
    most_in_a_minute: int


@dataclass(frozen=True, slots=True)
class Flood:
    start_ms: int
    end_ms: int
    alarms: int


@dataclass(frozen=True, slots=True)
class Together:
    rule_name: str
    cameras: tuple[str, str]
    alarms: int
    together: int


@dataclass(frozen=True, slots=True)
class Load:
    """The figures; see `AlarmLoadOut`."""

    from_ms: int
    to_ms: int
    operators: int
    alarms: int
    suppressed: int
    shelved: int
    per_10_min: float
    per_day: float
    peak_10_min: int
    band: Band
    flood_percent: float
    flooding: bool
    floods: tuple[Flood, ...]
    chattering: tuple[Chattering, ...]
    stale: tuple[int, ...]
    contributors: tuple[Source, ...]
    contributors_percent: float
    severities: dict[Severity, int] = field(default_factory=dict)
    assessments: dict[str, int] = field(default_factory=dict)
    acknowledge_median_s: float | None = None
    acknowledge_p95_s: float | None = None
    resolve_median_s: float | None = None
    escalated: int = 0
    together: tuple[Together, ...] = ()


def load(facts: Sequence[AlarmFact], stale: Iterable[int], from_ms: int, to_ms: int, operators: int) -> Load:
    """The figures of the alarms raised in [from_ms, to_ms), which is not empty. `stale`: numbers, given as known."""
    told = [one for one in facts if not one.suppressed]
    times = sorted(one.raised_ms for one in told)
    per_10_min = len(told) * WINDOW_MS / (to_ms - from_ms) / operators
    counts = [
        (begin, _between(times, begin, min(begin + WINDOW_MS, to_ms))) for begin in range(from_ms, to_ms, WINDOW_MS)
    ]
    flooded = [(begin, count) for begin, count in counts if count > FLOOD * operators]
    contributors = _contributors(told)
    answers = [one.acknowledged_ms - one.raised_ms for one in told if one.acknowledged_ms is not None]
    resolutions = [one.resolved_ms - one.raised_ms for one in told if one.resolved_ms is not None]
    severities = Counter(one.severity for one in told)
    assessed = Counter(one.assessment or "open" for one in told)
    return Load(
        from_ms=from_ms,
        to_ms=to_ms,
        operators=operators,
        alarms=len(told),
        suppressed=len(facts) - len(told),
        shelved=sum(one.shelved for one in told),
        per_10_min=round(per_10_min, 3),
        per_day=round(len(told) * 86_400_000 / (to_ms - from_ms), 1),
        peak_10_min=-(-_peak(times, WINDOW_MS) // operators),
        band=band(per_10_min),
        flood_percent=round(100 * len(flooded) / len(counts), 2),
        flooding=_between(times, to_ms - WINDOW_MS, to_ms) > FLOOD * operators,
        floods=_joined(flooded, to_ms),
        chattering=_chattering(told),
        stale=tuple(sorted(stale)),
        contributors=contributors,
        contributors_percent=round(100 * sum(one.share for one in contributors), 1),
        severities={severity: severities[severity] for severity in SEVERITIES},
        assessments={word: assessed[word] for word in ("true", "false", "nuisance", "open")},
        acknowledge_median_s=_percentile(answers, 0.5),
        acknowledge_p95_s=_percentile(answers, 0.95),
        resolve_median_s=_percentile(resolutions, 0.5),
        escalated=sum(one.escalation_level > 0 for one in told),
        together=_together(told),
    )


def band(per_10_min: float) -> Band:
    """What EEMUA 191 calls this many alarms in ten minutes for one operator."""
    if per_10_min < 1:
        return "acceptable"
    if per_10_min <= 2:  # noqa: PLR2004 - EEMUA's own bounds, here and below
        return "manageable"
    return "over-demanding" if per_10_min <= 10 else "unacceptable"  # noqa: PLR2004


def _between(times: Sequence[int], from_ms: int, to_ms: int) -> int:
    return bisect_left(times, to_ms) - bisect_left(times, from_ms)


def _peak(times: Sequence[int], window_ms: int) -> int:
    """The most of the sorted `times` that lie within less than `window_ms`."""
    return max((bisect_left(times, at + window_ms) - index for index, at in enumerate(times)), default=0)


def _joined(flooded: Sequence[tuple[int, int]], to_ms: int) -> tuple[Flood, ...]:
    floods: list[Flood] = []
    for begin, count in flooded:
        end = min(begin + WINDOW_MS, to_ms)
        if floods and floods[-1].end_ms == begin:
            floods[-1] = Flood(floods[-1].start_ms, end, floods[-1].alarms + count)
        else:
            floods.append(Flood(begin, end, count))
    return tuple(floods)


def _contributors(told: Sequence[AlarmFact]) -> tuple[Source, ...]:
    counted = Counter((one.rule_name, one.where, one.zone_name) for one in told)
    best = sorted(counted.items(), key=lambda item: (-item[1], item[0][0], item[0][1], item[0][2] or ""))[:TOP]
    return tuple(Source(*source, count, round(count / len(told), 4)) for source, count in best)


def _chattering(told: Sequence[AlarmFact]) -> tuple[Chattering, ...]:
    occurred: dict[tuple[str, str, str | None], list[int]] = {}
    for one in told:
        occurred.setdefault((one.rule_name, one.where, one.zone_name), []).extend(one.occurred_ms or (one.raised_ms,))
    found = [Chattering(*source, _peak(sorted(times), CHATTER_MS)) for source, times in occurred.items()]
    chattering = [one for one in found if one.most_in_a_minute >= CHATTER]
    return tuple(sorted(chattering, key=lambda one: (-one.most_in_a_minute, one.rule_name, one.where)))


def _together(told: Sequence[AlarmFact]) -> tuple[Together, ...]:
    """Pairs of cameras of one rule without a place, most alarms of which come at the same time."""
    raised: dict[str, dict[str, list[int]]] = {}
    for one in told:
        if one.camera is not None and not one.placed:
            raised.setdefault(one.rule_name, {}).setdefault(one.camera, []).append(one.raised_ms)
    found: list[Together] = []
    for rule, cameras in raised.items():
        busy = sorted(camera for camera, times in cameras.items() if len(times) >= _TOGETHER_LEAST)
        for pair in combinations(busy, 2):
            rarer, commoner = sorted((sorted(cameras[camera]) for camera in pair), key=len)
            both = sum(
                bisect_right(commoner, at + TOGETHER_MS) > bisect_left(commoner, at - TOGETHER_MS) for at in rarer
            )
            if both >= _TOGETHER_SHARE * len(rarer) and both >= _TOGETHER_LEAST:
                found.append(Together(rule, pair, len(rarer), both))
    return tuple(sorted(found, key=lambda pair: (-pair.together, pair.rule_name, pair.cameras))[:_SHOWN])


def _percentile(spans_ms: Sequence[int], share: float) -> float | None:
    """Nearest rank, in s."""
    if not spans_ms:
        return None
    ranked = sorted(spans_ms)
    return round(ranked[min(len(ranked) - 1, max(0, -(-int(share * 100) * len(ranked) // 100) - 1))] / 1000, 3)
