"""The recording proof as one plain table: a line for each camera and day. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from controller.core.sheet import as_sheet

_PARTS = ("counted_ms", "recorded_ms", "planned_ms", "missing_ms", "untold_ms", "due_ms")


def rows(proven: Mapping[str, Any]) -> Iterator[list[object]]:
    """Of a ProofOut: the parts of each day in ms, then its causes."""
    yield ["camera", "date", *_PARTS, "causes"]
    for camera in proven["cameras"]:
        for date, day in zip(proven["days"], camera["days"], strict=True):
            if day is not None:
                why = "; ".join(f"{one['cause']}{planned(one)} {one['ms']}" for one in day["causes"])
                yield [camera["camera"], date["date"], *(day[part] for part in _PARTS), why]


def planned(one: Mapping[str, Any]) -> str:
    """What is said behind a cause that somebody wanted."""
    return " (planned)" if one["planned"] else ""


def proof_csv(proven: Mapping[str, Any]) -> str:
    """For a spreadsheet."""
    return as_sheet(rows(proven))
