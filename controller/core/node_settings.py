"""What is told to a node, and its answer; settings that are wanted of it are checked before a broker keeps them. Pure.

The node itself knows which keys there are; here is only what must never be in a message that a broker keeps.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import Rejected
from shared.ids import NodeId
from shared.texts import say

LONGEST_BYTES = 64 * 1024
_LOGIN_IN_URL = re.compile(r"(?i)^\s*[a-z][a-z0-9+.-]*://[^/?#]*@|[?&][a-z_-]*(?:pass|pwd|token|secret)[a-z_-]*=")


@dataclass(frozen=True, slots=True)
class NodeAnswer:
    """A node's whole reply; `data` are the bytes that came with it."""

    ok: bool
    reason: str
    result: Mapping[str, Any] | None = None
    media_type: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class DesiredSettings:
    """One version of the settings that are wanted of a node."""

    node: NodeId
    version: int
    settings: Mapping[str, Any]


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raise `Rejected` for settings that are too large, no JSON, or hold a password in an address."""
    try:
        text = json.dumps(settings, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (ValueError, TypeError, RecursionError) as fault:
        raise Rejected("settings", say("invalid", why=str(fault)[:100])) from None
    if size > LONGEST_BYTES:
        raise Rejected("settings", say("too_large", most=LONGEST_BYTES))
    _walk(settings, "settings")


def _walk(value: object, place: str) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _plain(str(key), place)
            _walk(inner, f"{place}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _walk(inner, f"{place}[{index}]")
    elif isinstance(value, str):
        _plain(value, place)
        if _LOGIN_IN_URL.search(value):
            raise Rejected(place, say("secret_in_settings"))


def _plain(text: str, place: str) -> None:
    if "\0" in text:
        raise Rejected(place, say("control_characters"))
