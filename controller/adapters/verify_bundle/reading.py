"""Reads documents of people who may want harm."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta, timezone
from typing import Any


class Unfit(Exception):
    """What is read is not what a bundle has there."""


def exact_base64(text: object) -> bytes:
    """No other text has the same meaning, so that a changed letter is a changed signature."""
    try:
        data = base64.b64decode(str(text), validate=True)
    except ValueError:
        raise Unfit("is no base64") from None
    if base64.b64encode(data).decode() != text:
        raise Unfit("is no base64")
    return data


def canonical(told: object) -> bytes:
    try:
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    except RecursionError:
        raise Unfit("is nested too deep") from None


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def utc(at_ms: object) -> str:
    try:
        at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=int(str(at_ms)))
    except (ValueError, OverflowError):
        return str(at_ms)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} UTC"


def parsed(data: bytes) -> Any:
    """JSON of people who may want harm: no depth, number or text of it ends this program."""

    def number(text: str) -> int:
        if len(text) > 20:
            raise Unfit("has a number that is none")
        return int(text)

    def refuse(text: str) -> None:
        raise Unfit(f"has {text}")

    try:
        return json.loads(data, parse_int=number, parse_constant=refuse)
    except (ValueError, RecursionError) as fault:
        raise Unfit(f"is no JSON ({str(fault)[:80]})") from None


def typed(told: Any, *fields: tuple[str, Any]) -> list[Any]:
    """Fields of an object, each of its type."""
    if not isinstance(told, dict):
        raise Unfit("is no object")
    for name, kind in fields:
        if not isinstance(told.get(name), kind) or (kind is int and isinstance(told[name], bool)):
            raise Unfit(f"has no right {name}")
    return [told[name] for name, _ in fields]


def rows(told: Any, *kinds: Any) -> list[list[Any]]:
    """A list of lists, each with values of these kinds."""
    if not isinstance(told, list):
        raise Unfit("has no list")
    for row in told:
        if not isinstance(row, list) or len(row) != len(kinds) or any(map(_other, row, kinds)):
            raise Unfit("has a row that is none")
    return told


def _other(value: Any, kind: Any) -> bool:
    return not isinstance(value, kind) or (kind is int and isinstance(value, bool))
