"""Carries out retention: deletes objects that are due, keeps their rows as tombstones, prunes queue and feed."""

from collections.abc import Callable
from typing import Protocol

import structlog

from controller.core.retention import Kept, Retention, due
from controller.ports import ObjectStore
from shared.clock import Clock
from shared.errors import CctvError, Transient
from shared.ids import RunId

log = structlog.get_logger("sweep")

_BATCH = 200
_PAUSE_MS = 60_000


class RetentionStore(Protocol):
    """The database as sweep sees it."""

    async def stored_bytes(self) -> int: ...

    async def oldest_runs(self, limit: int) -> tuple[Kept, ...]:
        """The oldest stored runs of each class, `limit` of each, held ones left out."""
        ...

    async def run_key(self, run: RunId) -> str: ...

    async def mark_expired(self, run: RunId) -> None:
        """Its object is gone; the row stays."""
        ...

    async def old_pictures(self, before_ms: int, limit: int) -> tuple[str, ...]:
        """Object keys of occurrences' pictures from before, oldest first."""
        ...

    async def forget_picture(self, key: str) -> None: ...

    async def prune(self) -> None:
        """Forget old feed rows, ended jobs, refused logins, parked payloads beyond their bound."""
        ...


async def sweep_once(rows: RetentionStore, objects: ObjectStore, clock: Clock, retention: Retention) -> int:
    """Delete what is due now; how many runs went. A run whose object cannot be deleted stays and is tried again."""
    gone = 0
    while True:
        chosen = due(await rows.oldest_runs(_BATCH), await rows.stored_bytes(), clock.unix_ms(), retention)
        went = 0
        for run in chosen:
            went += await _delete(rows, objects, run)
        gone += went
        if went < len(chosen) or not chosen:
            return gone


async def sweep_pictures(rows: RetentionStore, objects: ObjectStore, before_ms: int) -> int:
    """Delete pictures of occurrences from before; how many went."""
    gone = 0
    for key in await rows.old_pictures(before_ms, _BATCH):
        try:
            await objects.delete(key)
        except CctvError as fault:
            log.warning("picture not deleted", key=key, error=str(fault))
            continue
        await rows.forget_picture(key)
        gone += 1
    return gone


async def sweep(
    rows: RetentionStore, objects: ObjectStore, clock: Clock, retention: Retention, swept: Callable[[int], None]
) -> None:
    """Sweep every minute until cancelled; `swept` hears how many went."""
    while True:
        try:
            swept(await sweep_once(rows, objects, clock, retention))
            longest_ms = max(retention.max_age_ms.values())
            await sweep_pictures(rows, objects, clock.unix_ms() - longest_ms)
            await rows.prune()
        except Transient as fault:
            log.warning("cannot sweep, trying again", error=str(fault))
        await clock.sleep_ms(_PAUSE_MS)


async def _delete(rows: RetentionStore, objects: ObjectStore, run: RunId) -> int:
    """Object first, row then: a crash between leaves a row that is deleted again, never an object without one."""
    try:
        await objects.delete(await rows.run_key(run))
    except CctvError as fault:
        log.warning("object not deleted", run=run, error=str(fault))
        return 0
    await rows.mark_expired(run)
    return 1
