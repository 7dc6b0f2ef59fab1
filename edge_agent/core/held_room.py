"""Decides what of the footage that waits is let go so that recording goes on when the disk itself is full. Pure.

Invariants, held by tests/unit/edge_agent/core/test_held_room.py:
1. Nothing goes while every camera has what it wants: on the disk, or of its own ring where nothing waits.
2. What the store most likely has goes first, then the oldest of the lowest class, promoted footage last of all.
3. Nothing goes that would make no room.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from edge_agent.core.upload_policy import RANK, Upload
from shared.ids import CameraId


@dataclass(frozen=True, slots=True)
class Room:
    """Of the disk what anybody may write; of each camera's ring what its recorder may overwrite, and what it wants."""

    free_bytes: int
    loose_bytes: Mapping[CameraId, int] = field(default_factory=dict)
    wanted_bytes: Mapping[CameraId, int] = field(default_factory=dict)

    @property
    def short_bytes(self) -> int:
        """How much recorders lack; 0 or less: nothing."""
        return sum(self.lacking().values()) - self.free_bytes

    def lacking(self) -> dict[CameraId, int]:
        """What each recorder has not in its own ring."""
        loose = self.loose_bytes
        return {camera: max(0, wanted - loose.get(camera, 0)) for camera, wanted in self.wanted_bytes.items()}


@dataclass(frozen=True, slots=True)
class Held:
    """An upload that waits: what of it only `held/` keeps, and what the ring has as well."""

    upload: Upload
    beyond_bytes: int
    ring_bytes: int


def to_let_go(held: Iterable[Held], room: Room) -> tuple[Upload, ...]:
    """The uploads whose links must go, the first to go first.

    What leaves `held/` is room for everybody; what the ring has as well is room for its own recorder alone.
    """
    lacking, short_bytes = room.lacking(), room.short_bytes
    gone: list[Upload] = []
    for one in sorted(held, key=_order):
        if short_bytes <= 0:
            break
        camera = one.upload.run.camera
        for_its_own = min(one.ring_bytes, lacking.get(camera, 0))
        if one.beyond_bytes + for_its_own <= 0:
            continue
        gone.append(one.upload)
        lacking[camera] = lacking.get(camera, 0) - for_its_own
        short_bytes -= one.beyond_bytes + for_its_own
    return tuple(gone)


def _order(one: Held) -> tuple[bool, int, int]:
    return one.upload.state != "uploaded", -RANK[one.upload.priority], one.upload.start_ms
