"""Wires the trial of a site's store for the command line."""

import asyncio

from controller.app.site import Site
from controller.app.stores import s3_place, s3_store
from controller.core.store_promises import Trial
from shared.clock import SystemClock


async def try_store(site: Site) -> list[Trial] | None:
    """What the store keeps of what is asked of it; None: a directory, of which everything is done by the controller."""
    if site.settings.store.kind == "directory":
        return None
    from controller.adapters.s3_trial import S3Trial

    clock, place = SystemClock(), s3_place(site)
    store = s3_store(site, clock)
    try:
        return await asyncio.to_thread(S3Trial(place, await store.probe(), clock).trials)
    finally:
        store.close()
