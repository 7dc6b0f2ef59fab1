"""What is wrong now: the signs of nodes, cameras and verification as conditions, each with its remedy. Pure.

A bound is crossed at one value and counts as left at another, so that a figure that trembles is one condition.
What cannot be seen (a node that does not answer) is neither wrong nor right: it is out of sight.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from controller.core.records import SystemKind, Watched
from controller.core.send_faults import recognise
from controller.core.storage import Forecast
from controller.core.watching import UNWATCHED_MS
from shared.english import CODES, ENGLISH, Code
from shared.ids import CameraId, NodeId, node_of
from shared.texts import Text, say

SILENT_MS = 30_000
"""Health comes every 10 s: a node that says nothing for so long is away, whatever it said last."""
_LEFT = 0.8
"""How far below its bound a figure must fall before the condition is over."""
RIVALS = "twice"
"""The cause of trouble that is seen best while its node comes and goes."""
_CAMERA: dict[str, Code] = {
    "starting": "alarm_camera_starting",
    "stalled": "alarm_camera_stalled",
    "restarting": "alarm_camera_restarting",
    "refused": "alarm_camera_refused",
}


@dataclass(frozen=True, slots=True)
class Key:
    """What makes two conditions the same situation. Neither node nor camera: it is the site's."""

    kind: SystemKind
    cause: str = ""
    node: NodeId | None = None
    camera: CameraId | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong, and what to do about it. `since_ms`: since when, where that is known."""

    text: Text
    since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class CameraSigns:
    """A camera as its node told of it last."""

    id: CameraId
    state: str
    ring_short: bool = False
    ring_reach_s: float | None = None
    ring_min_s: float = 0.0
    held_bytes: int = 0


@dataclass(frozen=True, slots=True)
class MachineSigns:
    """A node's own machine as it told of it last."""

    disk_free_bytes: int
    throttled_now: tuple[str, ...] = ()
    clock_offset_ms: float | None = None
    held_bytes_max: int = 0


@dataclass(frozen=True, slots=True)
class NodeSigns:
    """A node that was heard at least once and is switched on. No machine: it has told no health since it started."""

    id: NodeId
    online: bool
    seen_ms: int
    cameras: tuple[CameraSigns, ...] = ()
    machine: MachineSigns | None = None
    rivals_since_ms: int | None = None  # two machines run as this node, which are heard by turns


@dataclass(frozen=True, slots=True)
class DeadChannel:
    """A destination of messages that nothing gets through to."""

    name: str
    since_ms: int
    error: str


@dataclass(frozen=True, slots=True)
class FailingBackup:
    """An archive of which something failed last, or that is overdue. `why`: a word of core.export; empty: overdue."""

    name: str
    target: str
    since_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class Signs:
    """The site at one moment. Not `hearing`: what nodes say does not arrive, and that is no fault of theirs."""

    hearing: bool
    nodes: tuple[NodeSigns, ...] = ()
    verification: Text | None = None  # why it is not as it should be
    watched: tuple[Watched, ...] = ()  # cameras that are to be judged all the time
    dead: tuple[DeadChannel, ...] = ()
    store: Forecast | None = None  # none: nobody looked
    away: Text | None = None  # why the store takes and gives nothing
    backups: tuple[FailingBackup, ...] = ()
    own: Mapping[Key, Condition] = field(default_factory=dict)  # what the site's own housekeeping tells of itself


@dataclass(frozen=True, slots=True)
class Bounds:
    """What counts as trouble."""

    disk_free_bytes_min: int
    held_share_max: float
    clock_offset_ms_max: float
    store_full_days_min: float = 7.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Conditions that hold now, and whose state cannot be told now."""

    conditions: dict[Key, Condition]
    hearing: bool
    silent: frozenset[NodeId]
    blind: frozenset[CameraId] = frozenset()  # nothing comes from them, or nobody watches anything: that is told

    def out_of_sight(self, key: Key) -> bool:
        """Whether nobody can say if `key` holds."""
        match key.kind:
            case "verification_degraded" | "tamper" | "footage_lost" | "channel_dead":
                return False
            case "store_filling" | "store_away" | "backup_failing" | "upkeep_trouble":
                return False
            case "node_away":
                return not self.hearing
            case "node_trouble" if key.cause == RIVALS:
                return not self.hearing
            case "unwatched":
                return key.node in self.silent or key.camera in self.blind
            case _:
                return not self.hearing or key.node in self.silent


def look(signs: Signs, standing: Collection[Key], bounds: Bounds, now_ms: int) -> Seen:
    """Everything that is wrong at `now_ms`; `standing`: what was so already and needs more to be over."""
    found: dict[Key, Condition] = {}
    silent = frozenset(node.id for node in signs.nodes if _is_silent(node, now_ms) or node.machine is None)
    for node in signs.nodes:
        if node.rivals_since_ms is not None:
            text = say("alarm_node_twice", node=node.id)
            found[Key("node_trouble", RIVALS, node.id)] = Condition(text, node.rivals_since_ms)
        if _is_silent(node, now_ms):
            cameras = ", ".join(camera.id.partition(".")[2] for camera in node.cameras) or "-"
            text = say("alarm_node_away", node=node.id, cameras=cameras)
            found[Key("node_away", node=node.id)] = Condition(text, node.seen_ms)
        elif node.machine is not None:
            found |= _of_cameras(node)
            found |= dict(_of_machine(node, node.machine, standing, bounds))
    found |= _of_sending(signs)
    found |= _of_store(signs.store, standing, bounds)
    found |= signs.own
    if signs.away is not None:
        found[Key("store_away")] = Condition(signs.away)
    if signs.verification is not None:
        found[Key("verification_degraded")] = Condition(signs.verification)
    dark = frozenset(camera.id for node in signs.nodes for camera in node.cameras if camera.state != "live")
    if signs.watched and not any(one.held for one in signs.watched):
        text = say("alarm_nobody_watches", cameras=len(signs.watched))
        found.setdefault(Key("verification_degraded"), Condition(text))
        return Seen(found, signs.hearing, silent, dark | {one.camera for one in signs.watched})
    for one in signs.watched:
        blind = one.camera in dark or node_of(one.camera) in silent
        found |= dict(_of_watched(one, blind=blind, now_ms=now_ms))
    return Seen(found, signs.hearing, silent, dark)


def _of_sending(signs: Signs) -> dict[Key, Condition]:
    """What leaves the site: messages and backups."""
    found: dict[Key, Condition] = {}
    for channel in signs.dead:
        why = recognise(channel.error)
        more = {} if why is None else {**why.params, "why_code": why.code}
        text = say("alarm_channel_dead", **more, name=channel.name, why=channel.error)
        found[Key("channel_dead", channel.name)] = Condition(text, channel.since_ms)
    for backup in signs.backups:
        found[Key("backup_failing", backup.name)] = Condition(backup_text(backup), backup.since_ms)
    return found


def backup_text(backup: FailingBackup) -> Text:
    """What is wrong with it and what to do."""
    if not backup.why:
        return say("alarm_backup_late", name=backup.name, destination=backup.target)
    code = next((code for code in CODES if code == f"backup_{backup.why}"), None)
    more = {} if code is None else {"why_code": code}
    why = backup.why if code is None else ENGLISH[code]
    return say("alarm_backup_failing", **more, name=backup.name, destination=backup.target, why=why)


def _of_store(store: Forecast | None, standing: Collection[Key], bounds: Bounds) -> dict[Key, Condition]:
    """A disk that fills ends uploads; a quota that is reached only makes room, and is no condition."""
    key = Key("store_filling")
    if store is None or store.outlook != "fills" or store.full_in_days is None:
        return {}
    ease = _LEFT if key in standing else 1.0
    if store.full_in_days * ease >= bounds.store_full_days_min:
        return {}
    days, day_mib = round(store.full_in_days, 1), (store.day_bytes or 0) >> 20
    return {key: Condition(say("alarm_store_filling", days=days, day_mib=day_mib))}


def _of_watched(one: Watched, *, blind: bool, now_ms: int) -> Iterator[tuple[Key, Condition]]:
    node = node_of(one.camera)
    unwatched_s = (now_ms - one.unwatched_since_ms) // 1000
    if not blind and now_ms - one.unwatched_since_ms >= UNWATCHED_MS:
        text = say("alarm_unwatched", for_s=unwatched_s)
        # since it can be seen: a camera that came back has the whole grace
        yield Key("unwatched", node=node, camera=one.camera), Condition(text)
    if one.unscored is not None:
        why, known = one.unscored.why, recognise(one.unscored.why)
        more = {} if known is None else {**known.params, "why_code": known.code}
        text = say("alarm_unscored", **more, why=why) if why else say("alarm_unscored_no_model")
        yield Key("unwatched", "scores", node, one.camera), Condition(text)


def _is_silent(node: NodeSigns, now_ms: int) -> bool:
    return not node.online or now_ms - node.seen_ms >= SILENT_MS


def _of_cameras(node: NodeSigns) -> dict[Key, Condition]:
    found: dict[Key, Condition] = {}
    for camera in node.cameras:
        if camera.state in _CAMERA:
            found[Key("camera_stalled", node=node.id, camera=camera.id)] = Condition(say(_CAMERA[camera.state]))
        if camera.ring_short:
            reach, least = round((camera.ring_reach_s or 0) / 60), round(camera.ring_min_s / 60)
            text = say("alarm_ring_short", reach_min=reach, least_min=least)
            found[Key("node_trouble", "ring", node.id, camera.id)] = Condition(text)
    return found


def _of_machine(
    node: NodeSigns, machine: MachineSigns, standing: Collection[Key], bounds: Bounds
) -> Iterator[tuple[Key, Condition]]:
    def ease(key: Key) -> float:
        return _LEFT if key in standing else 1.0

    disk = Key("node_trouble", "disk", node.id)
    if machine.disk_free_bytes * ease(disk) < bounds.disk_free_bytes_min:
        yield disk, Condition(say("alarm_disk", free_mib=machine.disk_free_bytes >> 20))
    if machine.throttled_now:
        weak = "under-voltage" in machine.throttled_now
        text = say("alarm_power_weak") if weak else say("alarm_slowed", flags=", ".join(machine.throttled_now))
        yield Key("node_trouble", "power", node.id), Condition(text)
    clock = Key("node_trouble", "clock", node.id)
    off_ms = abs(machine.clock_offset_ms or 0)
    if off_ms > bounds.clock_offset_ms_max * ease(clock):
        yield clock, Condition(say("alarm_clock", off_s=round(off_ms / 1000, 1)))
    held = Key("node_trouble", "held", node.id)
    share = sum(camera.held_bytes for camera in node.cameras) / machine.held_bytes_max if machine.held_bytes_max else 0
    if share > bounds.held_share_max * ease(held):
        yield held, Condition(say("alarm_held", percent=round(share * 100)))
