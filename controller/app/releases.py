"""Wires what is done to the releases on offer: each change stands in the audit."""

from pathlib import Path
from typing import Any

from controller.adapters.database import Database
from controller.adapters.people_store import PeopleStore
from controller.adapters.release_shelf import Far, Offered, ReleaseShelf
from controller.app.site import Site
from shared.clock import SystemClock
from shared.release_manifest import ReleaseManifest


async def trust_key(site: Site, key_file: Path, who: str) -> list[str]:
    """The names of what is offered no more."""
    gone = ReleaseShelf(site.releases_dir).trust(key_file)
    await _audit(site, who, "release.trust", "", {"no_longer_offered": gone})
    return gone


async def add_release(site: Site, file: Path, who: str, far: Far) -> tuple[Offered, ReleaseManifest]:
    """What is offered now."""
    made, manifest = ReleaseShelf(site.releases_dir).add(file, far)
    await _audit(site, who, "release.add", made.name, {"length_bytes": made.length_bytes})
    return made, manifest


async def remove_release(site: Site, name: str, who: str) -> None:
    """`Rejected` when there is none of this name."""
    ReleaseShelf(site.releases_dir).remove(name)
    await _audit(site, who, "release.remove", name, {})


async def _audit(site: Site, who: str, what: str, name: str, detail: dict[str, Any]) -> None:
    database = Database(site.settings.database())
    try:
        await PeopleStore(database, SystemClock()).audit(who, what, subject=name, detail=detail)
    finally:
        await database.close()
