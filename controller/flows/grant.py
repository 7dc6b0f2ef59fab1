"""Asks the store for leave to upload a run."""

import structlog

from controller.ports import ObjectStore, RunObject
from shared.errors import CctvError
from shared.messages import Grant

log = structlog.get_logger("grant")


async def grant_put(objects: ObjectStore, run: RunObject) -> Grant | None:
    """A grant for a run, or None while the store is away."""
    try:
        return await objects.grant_put(run.key, run.length_bytes, run.sha256, run.md5)
    except CctvError as fault:
        log.warning("no grant", run=run.run, error=str(fault))
        return None
