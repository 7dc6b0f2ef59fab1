"""A report as one plain table: a line for each figure, for a spreadsheet or a script. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from controller.core.sheet import as_sheet

HEAD = ("section", "name", "detail", "figure", "value", "unit")
_COUNTS = ("alarms", "true_alarms", "false_alarms", "nuisance", "escalated", "open", "suppressed")
_ZONE = ("rate", "exposure_ms", "present_ms", "breach_ms", "unknown_ms", "judged_ms", "judged_share", "tracks")
_WORN = ("compliant", "missing", "unknown")
_UNITS = {
    "nuisance_rate": "share of what was assessed",
    "rate": "share of the time that could be told",
    "judged_share": "share of the period",
    "flood_percent": "%",
}
Line = tuple[str, str, str, str, float | int | str | None, str]


def lines(report: Mapping[str, Any]) -> Iterator[Line]:
    """Every figure of a ReportOut with its ReportTrend. An empty value is not known."""
    yield "report", report["period"], report["day"], "from", report["from_ms"], "Unix ms"
    yield "report", report["period"], report["day"], "until", report["until_ms"], "Unix ms"
    for part in ("alarms", "safety", "before", "response", "load"):
        yield from ((part, "", "", *_measured(figure, value)) for figure, value in report[part].items())
    for one in report["causes"]:
        about = one["rule_name"], f"{one['kind']} {one['severity']}"
        yield from (("cause", *about, figure, one[figure], "alarms") for figure in _COUNTS)
    for one in report["presence"]:
        what = one["zone_name"] or "", f"{one['rule_name']} {one['kind']}"
        yield from (("zone", *what, *_measured(figure, one[figure])) for figure in _ZONE)
    for one in report["exposure"]:
        where = one["zone_name"] or "", one["kind"]
        yield "exposure", *where, "held", round(one["held_ms"] / 60_000, 2), "min"
        yield "exposure", *where, "occurrences", one["occurrences"], ""
    for one in report["worn"]:
        what = one["camera"], one["item"]
        yield from (("equipment", *what, state, round(one[f"{state}_ms"] / 60_000, 2), "min") for state in _WORN)
        yield "equipment", *what, "rate", one["rate"], "share of what could be told"
    yield from _when(report)


def _when(report: Mapping[str, Any]) -> Iterator[Line]:
    for one in report["days"]:
        yield "day", one["day"], "", "alarms", one["alarms"], "alarms"
    for weekday, hours in enumerate(report["hours_of_week"]):
        yield from (("hour", str(weekday), f"{hour:02}", "alarms", count, "alarms") for hour, count in enumerate(hours))
    for one in report["trend"]["points"]:
        yield from (("trend", one["day"], "", *_measured(name, value)) for name, value in one.items() if name != "day")
    for one in report["people"] or ():
        yield "person", one["who"], "", "acknowledged", one["acknowledged"], "alarms"
        yield "person", one["who"], "", "acknowledge_median_s", one["acknowledge_median_s"], "s"


def as_csv(report: Mapping[str, Any]) -> str:
    """For a spreadsheet."""
    return as_sheet([HEAD, *lines(report)])


def _measured(figure: str, value: float | str | None) -> tuple[str, float | str | None, str]:
    """Times of people in minutes, as everybody reckons exposure."""
    if figure.endswith("_ms"):
        return figure.removesuffix("_ms"), None if value is None else round(float(value) / 60_000, 2), "min"
    return figure, value, _unit(figure)


def _unit(figure: str) -> str:
    if figure.endswith("_s"):
        return "s"
    return _UNITS.get(figure, "")
