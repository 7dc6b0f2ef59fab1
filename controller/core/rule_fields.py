"""Reads single fields of rule documents; every fault names its place, like `rules[1].colour`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.errors import Rejected
from shared.geometry import Polygon
from shared.texts import say

MAX_NAME_CHARS = 100
MAX_TEXT_CHARS = 500
MAX_CLASSES = 20
LINE_POINTS = (2, 16)
DAY_MINUTES = 1440
_PARTS = 2


def shown(key: object) -> str:
    return str(key)[:MAX_NAME_CHARS] or repr(key)


def mapping(field: str, value: object) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise Rejected(field, say("not_map"))
    return value


def items(field: str, value: object, most: int) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise Rejected(field, say("not_list"))
    if len(value) > most:
        raise Rejected(field, say("too_many", count=len(value), most=most))
    return value


def only_keys(field: str, value: Mapping[Any, Any], known: frozenset[str]) -> None:
    for key in value:
        if key not in known:
            raise Rejected(f"{field}.{shown(key)}" if field else shown(key), say("unknown_key", known=_listed(known)))


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))


def choice(field: str, value: object, choices: Sequence[Any]) -> Any:
    if not isinstance(value, str) or value not in choices:
        raise Rejected(field, say("not_one_of", value=shown(value), choices=", ".join(choices) or "-"))
    return value


def names(field: str, value: object) -> tuple[str, ...]:
    listed = items(field, value, MAX_CLASSES)
    return tuple(dict.fromkeys(text(f"{field}[{i}]", name, MAX_NAME_CHARS, least=1) for i, name in enumerate(listed)))


def text(field: str, value: object, most: int, least: int = 0) -> str:
    if not isinstance(value, str):
        raise Rejected(field, say("not_text"))
    plain = value.strip()
    if not least <= len(plain) <= most:
        raise Rejected(field, say("text_length", length=len(plain), least=least, most=most))
    if not plain.isprintable():
        raise Rejected(field, say("control_characters"))
    return plain


def number(field: str, value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Rejected(field, say("not_number", value=shown(value)))
    if not least <= value <= most:  # false for NaN too
        raise Rejected(field, say("out_of_range", value=shown(value), least=least, most=most))
    return float(value)


def whole(field: str, value: object, least: int, most: int) -> int:
    found = number(field, value, least, most)
    if found != int(found):
        raise Rejected(field, say("not_number", value=shown(value)))
    return int(found)


def flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Rejected(field, say("not_flag", value=shown(value)))
    return value


def line(field: str, value: object) -> Polygon:
    """[[x, y], …] in 0..1 with 2 to 16 points, none where the one before is."""
    least, most = LINE_POINTS
    if not isinstance(value, list | tuple) or not least <= len(value) <= most:
        raise Rejected(field, say("corners", least=least, most=most))
    points: list[tuple[float, float]] = []
    for index, point in enumerate(value):
        if not isinstance(point, list | tuple) or len(point) != _PARTS:
            raise Rejected(f"{field}[{index}]", say("corner_form"))
        x, y = (number(f"{field}[{index}]", part, 0, 1) for part in point)
        if points and points[-1] == (x, y):
            raise Rejected(f"{field}[{index}]", say("line_flat"))
        points.append((x, y))
    return tuple(points)


def minutes(field: str, value: object) -> int:
    """Minutes of the day from "08:00"; a number is what YAML makes of 22:00."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= DAY_MINUTES:
        return value
    hour, _, minute = value.partition(":") if isinstance(value, str) else ("", "", "")
    if hour.isascii() and minute.isascii() and hour.isdigit() and minute.isdigit() and len(minute) == _PARTS:
        found = int(hour[:3]) * 60 + int(minute)
        if len(hour) <= _PARTS and int(minute) < 60 and found <= DAY_MINUTES:  # noqa: PLR2004 - an hour
            return found
    raise Rejected(field, say("not_time", value=shown(value)))


def day(field: str, value: object) -> str:
    """A date as YYYY-MM-DD."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise Rejected(field, say("not_date", value=shown(value)))
