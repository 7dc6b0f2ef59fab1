"""Lays settings that the controller wants over the node's own; says which may be wanted at all. Pure.

Never from afar: secrets, keys, where the controller is, the data folder, the ring (it would delete footage), a file
as a source, sound. A source's user and password stay in the node's own file and are never in a message. What is hidden
by the node's own file stays hidden: areas can be added to it from afar, and only those be taken back.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from shared.errors import Rejected
from shared.source_url import credentials, parse_source
from shared.wanted_settings import CAMERA_KEYS, NODE_KEYS, SOURCES

_DEEPEST = 8


def overlay(own: Mapping[str, Any], wanted: Mapping[str, object]) -> dict[str, Any]:
    """The node's own fields with `wanted` laid over them, key by key; raises `Rejected` naming the key.

    `cameras` is a table by name in `wanted`, a list in the node's own file. Values are not checked here.
    """
    fields: dict[str, Any] = deepcopy(dict(own))
    _known(wanted, NODE_KEYS, "")
    for section in sorted(NODE_KEYS - {"cameras"}):
        if section in wanted:
            fields[section] = _merged(fields.get(section, {}), _table(wanted[section], section), section)
    given = _table(wanted.get("cameras", {}), "cameras")
    cameras = {str(camera.get("name")): camera for camera in fields.get("cameras", []) if isinstance(camera, dict)}
    for name, change in given.items():
        place = f"cameras.{name}"
        if name not in cameras:
            raise Rejected(place, "is not a camera of this node")
        camera, changes = cameras[name], dict(_table(change, place))
        _known(changes, CAMERA_KEYS, f"{place}.")
        for key in SOURCES:
            if changes.get(key) is not None:
                changes[key] = _source(changes[key], camera.get(key), f"{place}.{key}")
        if "source" in changes and changes["source"] != camera.get("source"):
            camera["audio"] = False  # it was switched on for what stood there
        if "privacy" in changes:
            changes["privacy"] = _also_hidden(camera.get("privacy", []), changes["privacy"], f"{place}.privacy")
        camera.update(_merged(camera, changes, place))
    return fields


def _merged(own: Any, wanted: Mapping[str, object], place: str, depth: int = 0) -> dict[str, Any]:
    """Tables are merged, everything else is replaced."""
    if depth > _DEEPEST:
        raise Rejected(place, "is nested too deeply")
    merged = dict(own) if isinstance(own, dict) else {}
    for key, value in wanted.items():
        merged[key] = _merged(merged.get(key), value, f"{place}.{key}", depth + 1) if isinstance(value, dict) else value
    return merged


def _known(wanted: Mapping[str, object], keys: frozenset[str], place: str) -> None:
    for key in wanted:
        if key not in keys:
            raise Rejected(f"{place}{key}", f"cannot be changed from afar (can be: {', '.join(sorted(keys))})")


def _table(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Rejected(place, "is not a table")
    return value


def _also_hidden(own: list[Any], wanted: object, place: str) -> list[Any]:
    """The areas of the node's own file, then those wanted beside them."""
    if not isinstance(wanted, list | tuple):
        raise Rejected(place, "is not a list of areas")
    return [*own, *(area for area in wanted if area not in own)]


def _source(value: object, own: object, place: str) -> str:
    """The source wanted, with the user and password of the node's own file where it is the same device."""
    if not isinstance(value, str):
        raise Rejected(place, "is not text")
    source = parse_source(value, place)
    if source.kind == "file":
        raise Rejected(place, "cannot be a file when it is changed from afar")
    if source.kind != "rtsp":
        return value
    parts = urlsplit(value)
    if credentials(value) or "@" in parts.netloc:
        raise Rejected(place, "holds a user or password: they stay in the node's own file")
    if isinstance(own, str) and (mine := urlsplit(own)).netloc.rpartition("@")[2].lower() == parts.netloc.lower():
        known, at, _ = mine.netloc.rpartition("@")
        if mine.scheme.lower() == parts.scheme.lower() and at:
            return urlunsplit(parts._replace(netloc=f"{known}@{parts.netloc}"))
    return value
