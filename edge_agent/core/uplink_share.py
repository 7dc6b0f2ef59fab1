"""Decides how the node's uplink is shared: facts first, live views next, uploads what is left. Pure.

A line is *strained* while live pictures or the broker's answers come late. Then uploads halve; live views fall to the
small stream when that alone does not help. In calm both come back: uploads by growing, live views by trying, each
failed try making the next one later.

Invariants, held by tests/unit/edge_agent/core/test_uplink_share.py:
1. The share of uploads is never below `least_bytes_s` and never grows while the line is strained.
2. Live views never rise while the line is strained; they rise at once when the line has carried as much as they want,
   else to try it, after a pause that every failure doubles.
3. On a line cut to 1 Mbit/s facts and live views come in time again within 10 s, whatever waits to be uploaded; on one
   restored both are whole again, and uploads are never starved.
"""

from dataclasses import dataclass, replace
from typing import Literal

LiveLevel = Literal["full", "small"]


@dataclass(frozen=True, slots=True)
class ShareRules:
    """When a line counts as strained, and how fast what follows is."""

    live_lag_ms: int = 1_500
    fact_delay_ms: int = 1_000
    step_ms: int = 1_000
    fall_ms: int = 2_000
    first_pause_ms: int = 8_000
    longest_pause_ms: int = 60_000
    settled_ms: int = 15_000
    least_bytes_s: int = 8_000
    most_bytes_s: int = 12_500_000  # a share of this much is no limit any more


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured since the last step."""

    live_lag_ms: int  # of the view that is furthest behind; 0 while nobody watches
    fact_delay_ms: int  # of the slowest fact on its way to the broker
    live_bytes_s: float
    upload_bytes_s: float
    live_wants_bytes_s: float  # what the views would take in full
    uploading: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What was decided: `upload_bytes_s` None is no limit of ours."""

    upload_bytes_s: float | None = None
    live: LiveLevel = "full"
    strained: bool = False
    since_ms: int | None = None  # strained or calm since then
    cut_ms: int | None = None
    cut_bytes_s: float = 0.0  # the share that strained the line last
    rose_ms: int | None = None
    pause_ms: int = 0


@dataclass(frozen=True, slots=True)
class UplinkReport:
    """How the line is shared now; `upload_bytes_s` 0: uploads go as fast as they can."""

    strained: bool = False
    live: LiveLevel = "full"
    upload_bytes_s: int = 0
    sent_bytes_s: int = 0


def share(before: Share, seen: Seen, now_ms: int, rules: ShareRules) -> Share:
    """Take one step, every `step_ms`; `now_ms` is monotonic."""
    strained = seen.live_lag_ms > rules.live_lag_ms or seen.fact_delay_ms > rules.fact_delay_ms
    since_ms = now_ms if before.since_ms is None or strained != before.strained else before.since_ms
    now = replace(before, strained=strained, since_ms=since_ms)
    return _give_way(now, seen, now_ms, rules) if strained else _come_back(now, seen, now_ms, rules)


def _give_way(now: Share, seen: Seen, now_ms: int, rules: ShareRules) -> Share:
    can_give = seen.uploading and now.upload_bytes_s != rules.least_bytes_s
    if seen.uploading:
        used_bytes_s = seen.upload_bytes_s if now.upload_bytes_s is None else now.upload_bytes_s
        carried_bytes_s = min(used_bytes_s, max(seen.upload_bytes_s, used_bytes_s / 4))
        cut_bytes_s = used_bytes_s if now.since_ms == now_ms else now.cut_bytes_s
        halved = max(float(rules.least_bytes_s), carried_bytes_s / 2)
        now = replace(now, upload_bytes_s=halved, cut_ms=now_ms, cut_bytes_s=cut_bytes_s)
    late = seen.live_lag_ms > rules.live_lag_ms
    too_much = seen.live_wants_bytes_s > seen.live_bytes_s + seen.upload_bytes_s
    lasts = now_ms - (now.since_ms or 0) >= rules.fall_ms
    if now.live == "full" and seen.live_wants_bytes_s > 0 and lasts and (not can_give or (late and too_much)):
        failed = now.rose_ms is not None and now_ms - now.rose_ms < rules.settled_ms
        pause_ms = min(rules.longest_pause_ms, now.pause_ms * 2) if failed else rules.first_pause_ms
        return replace(now, live="small", rose_ms=None, pause_ms=pause_ms)
    return now


def _come_back(now: Share, seen: Seen, now_ms: int, rules: ShareRules) -> Share:
    calm_ms = now_ms - (now.since_ms or 0)
    carried = seen.live_bytes_s + seen.upload_bytes_s >= 1.2 * seen.live_wants_bytes_s
    if now.live == "small" and calm_ms >= (rules.fall_ms if carried else now.pause_ms):
        return replace(now, live="full", rose_ms=now_ms)
    limit = now.upload_bytes_s
    if limit is None or (seen.uploading and seen.upload_bytes_s < limit * 0.5):
        return now
    near = limit > now.cut_bytes_s * 0.6 and now_ms - (now.cut_ms or 0) < rules.settled_ms
    grown = limit * (1.05 if near else 1.6)
    return replace(now, upload_bytes_s=None if grown >= rules.most_bytes_s else grown)
