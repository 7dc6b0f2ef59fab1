"""Puts the picture on which an occurrence was raised into the store, off the path of the alarm."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from controller.core.records import Occurrence
from controller.ports import ObjectStore, Picture
from shared.clock import Clock, to_datetime
from shared.errors import CctvError, Transient
from shared.ids import SiteId, name_of, node_of

log = structlog.get_logger("evidence")

_TRIES = 3
_TIMEOUT_S = 20
_PAUSE_MS = 1000


def picture_key(site: SiteId, occurrence: Occurrence) -> str:
    """Where an occurrence's picture lives: beside its camera's runs."""
    camera = occurrence.camera
    day = to_datetime(occurrence.condition_ms).strftime("%Y/%m/%d")
    place = f"{site}/{node_of(camera)}/{name_of(camera)}/{day}/picture"
    return f"{place}/{occurrence.condition_ms}-{occurrence.id}.jpg"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What keeping a picture needs. `encode` blocks and gives a JPEG."""

    objects: ObjectStore
    encode: Callable[[Picture], bytes]
    site: SiteId
    clock: Clock

    async def keep(self, occurrence: Occurrence, picture: Picture) -> str | None:
        """The key under which it is stored, or None when the store stays away."""
        key = picture_key(self.site, occurrence)
        jpeg = await asyncio.to_thread(self.encode, picture)
        for _ in range(_TRIES):
            try:
                async with asyncio.timeout(_TIMEOUT_S):
                    await self.objects.put(key, jpeg, "image/jpeg")
            except (Transient, TimeoutError) as fault:
                log.info("picture waits", key=key, reason=str(fault))
                await self.clock.sleep_ms(_PAUSE_MS)
            except CctvError as fault:
                log.warning("picture refused", key=key, reason=str(fault))
                return None
            else:
                return key
        return None
