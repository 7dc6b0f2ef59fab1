"""Tells the trace of an event when an alarm of it was raised, and when others heard of it."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from controller.core.records import Job, Occurrence
from shared.trace import record, traceparent

Told = Mapping[str, Any]


def trace_raised(job: Job, occurrences: Iterable[Occurrence], now_ms: int) -> None:
    """These are alarms, or joined one, from the moment at which their condition was fulfilled."""
    for key, one in {_key(one.rule.id, one.condition_ms): one for one in occurrences}.items():
        told = {"kind": one.rule.kind, "occurrence": one.id}
        record(job.event, "alarm", one.condition_ms, now_ms, about=key, under=str(job.id), **told)


def trace_told(step: Literal["notify", "show"], state: Told, begun_ms: int, now_ms: int) -> None:
    """Somebody heard of an alarm for the first time."""
    if state.get("event") is not None and state["rev"] == 1:
        under = _key(state["rule"], state["condition_ms"])
        record(state["event"], step, begun_ms, now_ms, about=state["id"], under=under)


def parent_of(state: Told) -> str | None:
    """What a message of an alarm names, for who goes on from there."""
    if state.get("event") is None:  # nor has a row of an older version one
        return None
    return traceparent(state["event"], "alarm", _key(state["rule"], state["condition_ms"]))


def _key(rule: str, condition_ms: int) -> str:
    """Which of an event's alarms it is: known to who judges and to who reads the alarm."""
    return f"{rule} {condition_ms}"
