"""States as somebody may see them who does not see every camera: what tells of others is left out. Pure.

Invariants, held by tests/unit/controller/core/test_seen.py:
1. Who sees everything sees every state as it is.
2. No state names a camera that is not seen.
3. A row of the feed of a kind that is not known here is given to nobody but who sees everything.
"""

from collections.abc import Callable, Mapping
from typing import Any

from controller.core.grants import Sight

State = dict[str, Any]
Told = Mapping[str, Any]
_BARE: State = {
    "zone": None,
    "zone_name": None,
    "detail": "",
    "said": None,
    "numbers": {},
    "has_picture": False,
    "clip_ready": False,
    "event": None,
}
"""What an alarm tells of the camera that raised it."""


def seen_alarm(state: Told, sight: Sight) -> State | None:
    """An alarm; None: no camera of it is seen. Where another camera raised it, it is shown as that of one seen."""
    told = dict(state)
    if sight.everything:
        return told
    own, cameras = state.get("camera"), [one for one in state.get("cameras", ()) if sight.sees(one)]
    if sight.sees(own):
        return told | {"cameras": cameras}
    if not cameras:
        return None
    return told | {"cameras": cameras, "camera": cameras[0], "node": cameras[0].partition(".")[0]} | _BARE


def told_alarm(state: Told, sight: Sight) -> State:
    """The same of an alarm that was found for who sees this much; bare where none of its cameras is told as seen."""
    seen = seen_alarm(state, sight)
    return {**state, "cameras": [], "camera": None, "node": None, **_BARE} if seen is None else seen


def seen_history(entries: list[State], sight: Sight) -> list[State]:
    """What was done to an alarm, without what other cameras did to it."""
    return [one for one in entries if sight.everything or _is_seen((one.get("detail") or {}).get("camera"), sight)]


def seen_node(state: Told, sight: Sight) -> State | None:
    """A node with the cameras that are seen; None: there are none."""
    told = dict(state)
    if sight.everything:
        return told
    if not sight.sees_node(state.get("id")):
        return None
    told["cameras"] = [one for one in state.get("cameras", ()) if sight.sees(one)]
    health = state.get("health")
    if isinstance(health, Mapping):
        cameras = [one for one in health.get("cameras", ()) if sight.sees(one.get("id"))]
        told["health"] = {**health, "cameras": cameras, "stands_still": []}
    return told


def seen_rules(state: Told, sight: Sight) -> State:
    """Rules of cameras that are seen, or of every camera, and what they refer to."""
    told = dict(state)
    if sight.everything:
        return told
    told["rules"] = [one for one in state.get("rules", ()) if _is_seen(one.get("camera"), sight)]
    told["cameras"] = {name: one for name, one in state.get("cameras", {}).items() if sight.sees(name)}
    return told


def seen_system(state: Told, sight: Sight) -> State:
    """How the site does; what its processes note is for those who see all of it."""
    if sight.everything:
        return dict(state)
    return {**state, "watched": [one for one in state["watched"] if sight.sees(one["camera"])], "notices": []}


def seen_maintenance(state: Told, sight: Sight) -> State | None:
    """A window of maintenance: the site's, or one that covers something that is seen."""
    scope, target = state.get("scope"), state.get("target")
    covers = scope == "site" or (sight.sees(target) if scope == "camera" else sight.sees_node(target))
    return dict(state) if sight.everything or covers else None


def seen_layout(state: Told, sight: Sight) -> State | None:
    """A layout of the wall, whose places of other cameras are free; None: one of the site's with nothing else."""
    cameras = [one if one and sight.sees(one) else None for one in state["cameras"]]
    hidden = any(state["cameras"]) and not any(cameras)
    return None if hidden and state["shared"] else {**state, "cameras": cameras}


def seen_row(row: Told, sight: Sight) -> State | None:
    """A row of the feed; None: it is not for whoever sees no more than this."""
    if sight.everything or row["data"] is None:
        return dict(row)
    look = _KINDS.get(row["kind"])
    data = None if look is None else look(row["data"], sight)
    return None if data is None else {**row, "data": data}


def _of_camera(key: str) -> Callable[[Told, Sight], State | None]:
    def look(state: Told, sight: Sight) -> State | None:
        return dict(state) if sight.sees(state.get(key)) else None

    return look


def _is_seen(camera: str | None, sight: Sight) -> bool:
    """What names no camera is about all of them."""
    return camera is None or sight.sees(camera)


_KINDS: Mapping[str, Callable[[Told, Sight], State | None]] = {
    "alarm": seen_alarm,
    "camera": _of_camera("id"),
    "event": _of_camera("camera"),
    "zone": _of_camera("camera"),
    "node": seen_node,
    "rules": seen_rules,
    "maintenance": seen_maintenance,
}
