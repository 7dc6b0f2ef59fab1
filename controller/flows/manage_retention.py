"""People say how long footage is kept; what would go by it is shown first."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

from controller.core.keeping import LONGEST_DAYS, Keeping, shortened
from controller.core.storage import Forecast
from controller.errors import Conflict
from controller.flows.let_sweep import LetSweep
from controller.flows.manage_exports import Asker
from controller.ports import State
from shared.errors import Rejected
from shared.ids import parse_camera
from shared.kinds import MEDIA_CLASSES, MediaClass
from shared.texts import say


class KeepRules(Protocol):
    """The rules in the database, and what the store has."""

    async def keeping(self) -> Keeping: ...

    async def rules(self) -> list[State]: ...

    async def cameras(self) -> tuple[str, ...]: ...

    async def put(
        self, camera: str | None, media_class: MediaClass | None, days: int | None, who: str, address: str
    ) -> None: ...

    async def going(self, days: Mapping[tuple[str, MediaClass], int]) -> list[State]: ...


class Foretells(Protocol):
    """Tells when the store is full."""

    async def forecast(self, keeping: Keeping | None = None) -> Forecast:
        """By `keeping`, or by the rules as they are."""
        ...


@dataclass(frozen=True, slots=True)
class KeepChange:
    """One rule: no camera, every one; no class, every purpose; no days, take it away."""

    camera: str | None
    media_class: MediaClass | None
    days: int | None


@dataclass(frozen=True, slots=True)
class ManageRetention:
    """Retention: told, foretold, changed. `quota_bytes` is the settings file's."""

    book: KeepRules
    storage: Foretells
    quota_bytes: int | None
    sweep: LetSweep

    async def state(self) -> State:
        """RetentionOut."""
        keeping = await self.book.keeping()
        cameras = await self.book.cameras()
        return {
            "default_days": keeping.default_days,
            "quota_bytes": self.quota_bytes,
            "rules": await self.book.rules(),
            "cameras": [
                {"camera": camera, "days": {one: keeping.days(camera, one) for one in MEDIA_CLASSES}}
                for camera in cameras
            ],
            "forecast": asdict(await self.storage.forecast(keeping)),
            "waiting": await self.sweep.state(),
        }

    async def preview(self, change: KeepChange) -> State:
        """RetentionPreviewOut: what would go at once, and when the store would be full."""
        before, after = await self._both(change)
        less = shortened(before, after, await self.book.cameras())
        return {
            "shortens": bool(less),
            "going": await self.book.going(less),
            "forecast": asdict(await self.storage.forecast(before)),
            "forecast_then": asdict(await self.storage.forecast(after)),
        }

    async def put(self, change: KeepChange, asker: Asker, *, confirmed: bool) -> State:
        """RetentionOut after it. `Conflict`: something would be kept for less time, and that is not confirmed."""
        before, after = await self._both(change)
        if not confirmed and shortened(before, after, (*await self.book.cameras(), "")):
            raise Conflict("confirm", say("retention_shortens"))
        await self.book.put(change.camera, change.media_class, change.days, asker.name, asker.address)
        return await self.state()

    async def _both(self, change: KeepChange) -> tuple[Keeping, Keeping]:
        if change.camera is not None:
            parse_camera(change.camera)
        if change.days is not None and not 1 <= change.days <= LONGEST_DAYS:
            raise Rejected("days", say("out_of_range", value=change.days, least=1, most=LONGEST_DAYS))
        before = await self.book.keeping()
        return before, before.changed(change.camera, change.media_class, change.days)
