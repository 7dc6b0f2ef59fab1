"""Tells how full the store, the database and the nodes' rings are, and when they will be full."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, cast

from controller.core.grants import EVERYTHING
from controller.core.keeping import Keeping
from controller.core.storage import DAY_MS, Bound, Forecast, Kept, Pool, forecast_pools
from controller.ports import State
from controller.ports.looking import looking
from shared.clock import Clock
from shared.kinds import MediaClass
from shared.texts import Text

KEPT_MS = 60_000
"""The store is counted this often at most, for people: every stored run is looked at."""


_NO_BACKUPS: State = {
    "nightly": False, "late": False, "good_ms": None, "good_bytes": None, "failed_ms": None, "failed_why": None,
}  # fmt: skip


_NO_SCRUB: State = {
    "on": False, "switched_off": False, "runs": 0, "whole_ms": None, "whole_runs": 0, "wrong": 0, "asked": 0,
    "stopped": False,
}  # fmt: skip


class CameraBytes(Protocol):
    """What the store has of one camera."""

    @property
    def camera(self) -> str: ...

    @property
    def held_bytes(self) -> int: ...

    @property
    def day_bytes(self) -> int | None: ...

    @property
    def oldest_ms(self) -> int | None: ...


class StoreFigures(Protocol):
    """What the store holds."""

    @property
    def used_bytes(self) -> int: ...

    @property
    def runs(self) -> int: ...

    @property
    def oldest_ms(self) -> int | None: ...

    @property
    def by_age(self) -> Mapping[int, Kept]: ...

    @property
    def cameras(self) -> Sequence[CameraBytes]: ...

    @property
    def by_purpose(self) -> Mapping[tuple[str, str], Mapping[int, Kept]]:
        """By camera and class, as `by_age`."""
        ...


class StorageReads(Protocol):
    """The database as this flow sees it."""

    async def store(self, now_ms: int) -> StoreFigures: ...

    async def database_bytes(self) -> int: ...


class KeepReads(Protocol):
    """How long what is kept."""

    async def keeping(self) -> Keeping: ...


class NodeReads(Protocol):
    """The nodes with their health."""

    async def nodes(self) -> list[State]: ...


class Room(Protocol):
    """The disk of the store."""

    async def free_bytes(self) -> int | None:
        """None: nobody knows."""
        ...


class Looked(Protocol):
    """The store, as far as somebody looks whether it is there."""

    async def complaint(self) -> Text | None:
        """What is wrong with it; None: it answers."""
        ...


class SiteBackups(Protocol):
    """The backups of the whole site."""

    async def state(self) -> State:
        """SiteBackupOut."""
        ...


class SiteScrub(Protocol):
    """The slow reading of everything stored."""

    async def state(self) -> State:
        """ScrubOut."""
        ...


class SiteTiers(Protocol):
    """The second store."""

    async def state(self) -> State | None:
        """SecondStoreOut; None: there is none."""
        ...


@dataclass(slots=True)
class TellStorage:
    """One per process. However many ask at once, the store is counted once."""

    reads: StorageReads
    nodes: NodeReads
    room: Room
    clock: Clock
    kind: str
    retention_days: int
    quota_bytes: int | None
    kept_ms: int = KEPT_MS
    rules: KeepReads | None = None  # none: everything is kept for `retention_days`
    objects: Looked | None = None  # none: nobody looks whether the store is there
    backups: SiteBackups | None = None  # none: nobody asks
    scrub: SiteScrub | None = None  # as above
    second: SiteTiers | None = None  # as above
    _taken: tuple[int, int, StoreFigures, int | None] | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def forecast(self, keeping: Keeping | None = None) -> Forecast:
        """When the store is full: by `keeping`, or by the rules as they are."""
        _, now_ms, store, free_bytes = await self._take()
        now = await self._keeping()
        return self._foretold(now_ms, store, free_bytes, now, keeping or now)

    async def state(self) -> State:
        """StorageOut."""
        _, now_ms, store, free_bytes = await self._take()
        keeping = await self._keeping()
        away = self.objects is not None and await self.objects.complaint() is not None
        told = self._foretold(now_ms, store, free_bytes, keeping, keeping)
        return {
            "kind": self.kind,
            "used_bytes": None if away else store.used_bytes,
            "runs": store.runs,
            "oldest_ms": store.oldest_ms,
            "free_bytes": free_bytes,
            "quota_bytes": self.quota_bytes,
            "retention_days": keeping.days("", "motion"),
            "forecast": asdict(told),
            "cameras": [
                {name: getattr(one, name) for name in ("camera", "held_bytes", "day_bytes", "oldest_ms")}
                for one in store.cameras
            ],
            "database_bytes": await self.reads.database_bytes(),
            "nodes": [_node(state) for state in await self.nodes.nodes()],
            "backup": _NO_BACKUPS if self.backups is None else await self.backups.state(),
            "scrub": _NO_SCRUB if self.scrub is None else await self.scrub.state(),
            "second": None if self.second is None else await self.second.state(),
        }

    async def _keeping(self) -> Keeping:
        return Keeping(self.retention_days) if self.rules is None else await self.rules.keeping()

    def _foretold(
        self, now_ms: int, store: StoreFigures, free_bytes: int | None, before: Keeping, keeping: Keeping
    ) -> Forecast:
        """By `keeping`; what is not kept as long as `before` goes at once and is room, what is held of it too."""
        gone = 0
        pools: dict[int, dict[int, Kept]] = {}
        for (camera, media_class), by_age in store.by_purpose.items():
            of = cast("MediaClass", media_class)
            days = keeping.days(camera, of)
            pool = pools.setdefault(days, {})
            gone += sum(kept.held_bytes for age, kept in by_age.items() if days <= age < before.days(camera, of))
            for age, kept in by_age.items():
                known = pool.get(age, Kept())
                pool[age] = Kept(known.held_bytes + kept.held_bytes, known.came_bytes + kept.came_bytes)
        free_then = None if free_bytes is None else free_bytes + gone
        bound = Bound(keeping.days("", "motion"), self.quota_bytes, free_then)
        oldest_days = 0.0 if store.oldest_ms is None else (now_ms - store.oldest_ms) / DAY_MS
        return forecast_pools(store.used_bytes - gone, [Pool(*one) for one in pools.items()], oldest_days, bound)

    async def _take(self) -> tuple[int, int, StoreFigures, int | None]:
        async with self._turn:
            at_ms = self.clock.monotonic_ms()
            if self._taken is None or at_ms - self._taken[0] >= self.kept_ms:
                now_ms = self.clock.unix_ms()
                with looking(EVERYTHING):  # it is kept for who asks next
                    store = await self.reads.store(now_ms)
                free_bytes = await self.room.free_bytes()
                self._taken = at_ms, now_ms, store, free_bytes
            return self._taken


def _node(state: State) -> State:
    health: Mapping[str, Any] = state["health"] or {}
    return {
        "node": state["id"],
        "online": state["state"] == "online",
        "disk_free_bytes": health.get("disk_free_bytes"),
        "written_bytes_day": health.get("written_bytes_day"),
        "rings": [_ring(camera) for camera in health.get("cameras", ())],
    }


def _ring(camera: Mapping[str, Any]) -> State:
    """A ring that is full overwrites its oldest: until then it grows by what its camera sends."""
    ring_s, reach_s = camera.get("ring_s", 0.0), camera.get("ring_reach_s")
    return {
        "camera": camera["id"],
        "ring_s": ring_s,
        "ring_bytes": camera.get("ring_bytes", 0),
        "day_bytes": camera.get("bitrate_bps", 0) // 8 * 86_400,
        "reach_s": reach_s,
        "full_in_s": None if reach_s is None else max(0.0, reach_s - ring_s),
        "short": camera.get("ring_short", False),
    }
