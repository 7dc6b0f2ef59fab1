"""See signs: what all parts of a site tell of themselves at one moment, for who watches and for who examines."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from controller.core.conditions import Condition, Key, Signs
from controller.core.storage import Forecast
from controller.core.watch import Sighting
from shared.texts import Text


class Complains(Protocol):
    """How verification goes, or the store."""

    async def complaint(self) -> Text | None:
        """What is wrong with it and what to do; None: it works."""
        ...


class Storage(Protocol):
    """The store and its bound."""

    async def forecast(self) -> Forecast:
        """When it is full."""
        ...


class Housekeeping(Protocol):
    """A part of the site that tells itself what is wrong with it."""

    async def conditions(self) -> Mapping[Key, Condition]: ...


async def see_signs(
    sighting: Sighting,
    verification: Complains,
    storage: Storage | None,
    objects: Complains | None,
    own: Sequence[Housekeeping],
    *,
    connected: bool,
) -> Signs:
    """`sighting`: what the database has. `connected`: the broker is reached; without it nobody is heard."""
    hearing = sighting.hearing and connected
    complaint = await verification.complaint()
    store = None if storage is None else await storage.forecast()
    away = None if objects is None else await objects.complaint()
    found = {key: one for part in own for key, one in (await part.conditions()).items()}
    site = (sighting.watched, sighting.dead, store, away, sighting.backups, found)
    return Signs(hearing, sighting.nodes, complaint, *site)
