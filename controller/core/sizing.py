"""How large a site's disks, lines and verifiers have to be: arithmetic from what is wanted and what was measured."""

from dataclasses import dataclass
from math import ceil

_DAY_S = 86_400
_YEAR_DAYS = 365
_MBIT_BYTES = 125_000  # of a second
_EVENT_PICTURES_S = 5
"""So many pictures of a running event are judged in a second."""
JUDGED_MS = 21.5
"""Processor time for each judged picture of the shipped model, decoding included: docs/performance.md."""
ROOM_SHARE = 0.7
"""Disks and verifiers are planned to be this full: bit rates rise by night and in rain."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a site is to have; rates of each camera."""

    cameras: int
    cameras_on_node: int = 2
    main_mbit_s: float = 4.0
    sub_mbit_s: float = 0.5
    ring_minutes: int = 30
    moving_share: float = 0.1
    continuous: bool = False
    keep_days: int = 30
    watched: int = 0
    watch_pictures_s: float = 2.0
    tiles: int = 0
    disk_tbw: float = 150.0
    judged_pictures_s: float | None = None


@dataclass(frozen=True, slots=True)
class Needed:
    """What that comes to; `None` where a figure of this machine's own is missing."""

    nodes: int
    ring_bytes_node: int
    written_bytes_day_node: int
    disk_years_node: float
    uplink_mbit_s_node: float
    downlink_mbit_s: float
    stored_bytes_day: int
    store_bytes: int
    judged_pictures_s: float
    processor_cores: float
    verifiers: int | None


def needed(wanted: Wanted) -> Needed:
    """The sums; every one rounds towards more."""
    camera_day_bytes = wanted.main_mbit_s * _MBIT_BYTES * _DAY_S
    on_node = min(wanted.cameras_on_node, wanted.cameras)
    ring = wanted.main_mbit_s * _MBIT_BYTES * 60 * wanted.ring_minutes * on_node / ROOM_SHARE
    written = camera_day_bytes * on_node
    sent_share = 1.0 if wanted.continuous else wanted.moving_share
    stored_day = camera_day_bytes * sent_share * wanted.cameras
    # While all of a node's cameras see something at once, their main streams go out beside the small ones of the wall.
    uplink = on_node * (wanted.main_mbit_s + wanted.sub_mbit_s)
    incoming = wanted.cameras * sent_share * wanted.main_mbit_s + min(wanted.tiles, wanted.cameras) * wanted.sub_mbit_s
    watched = min(wanted.watched, wanted.cameras)
    judged = watched * wanted.watch_pictures_s + wanted.cameras * wanted.moving_share * _EVENT_PICTURES_S
    can = wanted.judged_pictures_s
    return Needed(
        nodes=ceil(wanted.cameras / wanted.cameras_on_node),
        ring_bytes_node=ceil(ring),
        written_bytes_day_node=ceil(written),
        disk_years_node=wanted.disk_tbw * 1e12 / written / _YEAR_DAYS,
        uplink_mbit_s_node=uplink,
        downlink_mbit_s=incoming + watched * wanted.main_mbit_s,
        stored_bytes_day=ceil(stored_day),
        store_bytes=ceil(stored_day * wanted.keep_days / ROOM_SHARE),
        judged_pictures_s=judged,
        processor_cores=judged * JUDGED_MS / 1000 / ROOM_SHARE,
        verifiers=None if can is None else max(1, ceil(judged / (can * ROOM_SHARE))),
    )
