"""An event's way from motion to alarm as spans of OpenTelemetry; where nobody collects them nothing is kept.

A trace's id is its event's, and a span's follows from its event, its step and what the step is about. So whoever does
a step knows its parent without being told, in whichever process and after whichever restart, and everybody chooses the
same events where only a share of them is wanted.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol

Step = Literal[
    "motion", "tell", "upload", "ingest", "queue", "verify", "decode", "detect", "track", "rules", "alarm", "notify",
    "show",
]  # fmt: skip
PARENTS: Mapping[Step, Step | None] = MappingProxyType(
    {
        "motion": None,
        "tell": "motion",
        "upload": "motion",
        "ingest": "tell",
        "queue": "ingest",
        "verify": "queue",
        "decode": "verify",
        "detect": "verify",
        "track": "verify",
        "rules": "verify",
        "alarm": "verify",
        "notify": "alarm",
        "show": "alarm",
    }
)
Told = str | int | float | bool
_SPAN_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Span:
    """One step of one event. `told`: figures and ids, never anybody's name, an address or a picture."""

    trace_id: str
    span_id: str
    parent_id: str | None
    step: Step
    start_ms: int
    end_ms: int
    told: Mapping[str, Told]


class Collector(Protocol):
    """Who takes spans; never waits."""

    def take(self, span: Span) -> None: ...


@dataclass(slots=True)
class _Now:
    collector: Collector | None = None
    share: float = 1.0


_now = _Now()


def collect(collector: Collector | None, share: float = 1.0) -> None:
    """From now on this process gives its spans of this share of all events to `collector`; None: to nobody."""
    _now.collector, _now.share = collector, share


def trace_id(event: str) -> str:
    """The trace of an event."""
    return event.replace("-", "")


def wanted(event: str | None) -> bool:
    """Whether this event's spans are collected here. Its id's last digits are by chance."""
    if _now.collector is None or event is None:
        return False
    return int(trace_id(event)[-8:], 16) < _now.share * 2**32


def traceparent(event: str | None, step: Step, about: str = "") -> str | None:
    """What a message says of the step that it comes from (W3C Trace Context); None where nobody collects."""
    if event is None or not wanted(event):
        return None
    return f"00-{trace_id(event)}-{_span_id(event, step, about)}-01"


def record(
    event: str | None, step: Step, start_ms: int, end_ms: int, *, about: str = "", under: str = "", **told: Told
) -> None:
    """A step was done. `about`: which of several of its kind in this event; `under`: which one its parent is."""
    if _now.collector is None or event is None or not wanted(event):
        return
    parent = PARENTS[step]
    _now.collector.take(
        Span(
            trace_id(event),
            _span_id(event, step, about),
            None if parent is None else _span_id(event, parent, under),
            step,
            start_ms,
            max(start_ms, end_ms),
            told,
        )
    )


def _span_id(event: str, step: Step, about: str) -> str:
    return hashlib.sha256(f"{event} {step} {about}".encode()).hexdigest()[:_SPAN_DIGITS]
