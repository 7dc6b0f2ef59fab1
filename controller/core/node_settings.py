"""What is told to a node, and its answer; settings that are wanted of it are checked before a broker keeps them. Pure.

The node itself knows what each key takes; here is what must never be in a message that a broker keeps, and which
keys and sources every node refuses from afar.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.address_secrets import hide_secrets
from shared.camera_hosts import ANY_HOST
from shared.errors import Rejected
from shared.ids import NodeId
from shared.source_url import parse_source
from shared.texts import say
from shared.wanted_settings import CAMERA_KEYS, CAMERA_TABLES, NODE_KEYS, NODE_TABLES, SOURCES

LONGEST_BYTES = 64 * 1024


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


def check_wanted(settings: Mapping[str, Any]) -> None:
    """Raise `Rejected` for what no node takes from afar: it would refuse it, and seconds later."""
    _known(settings, NODE_KEYS, "settings")
    _known_tables(settings, NODE_TABLES, "settings")
    for name, camera in _table(settings.get("cameras", {}), "settings.cameras").items():
        place = f"settings.cameras.{str(name)[:64]}"
        wanted = _table(camera, place)
        _known(wanted, CAMERA_KEYS, place)
        _known_tables(wanted, CAMERA_TABLES, place)
        for key in SOURCES:
            if wanted.get(key) is not None:
                _check_source(wanted[key], f"{place}.{key}")


def _known(settings: Mapping[str, Any], keys: frozenset[str], place: str) -> None:
    for key in settings:
        if key not in keys:
            raise Rejected(f"{place}.{str(key)[:64]}", say("unknown_key", known=", ".join(sorted(keys))))


def _known_tables(settings: Mapping[str, Any], tables: Mapping[str, frozenset[str]], place: str) -> None:
    for name, keys in tables.items():
        if name in settings:
            _known(_table(settings[name], f"{place}.{name}"), keys, f"{place}.{name}")


def _table(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Rejected(place, say("not_map"))
    return value


def _check_source(value: object, place: str) -> None:
    if not isinstance(value, str):
        raise Rejected(place, say("not_text"))
    if parse_source(value, place).kind == "file" or not ANY_HOST.may_be(value):
        raise Rejected(place, say("source_not_from_afar"))


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
        if hide_secrets(value, "") != value:
            raise Rejected(place, say("secret_in_settings"))


def _plain(text: str, place: str) -> None:
    if "\0" in text:
        raise Rejected(place, say("control_characters"))
