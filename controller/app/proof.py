"""Wires the recording proof for the command line: straight from the database of a local site."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from controller.adapters.database import Database
from controller.adapters.proof_store import SqlProof
from controller.app.site import Site
from controller.flows.read_proof import ReadProof
from controller.ports import State
from shared.clock import SystemClock


@asynccontextmanager
async def _reading(site: Site) -> AsyncIterator[ReadProof]:
    database = Database(site.settings.database())
    try:
        yield ReadProof(SqlProof(database), SystemClock(), ZoneInfo(site.settings.notify.timezone))
    finally:
        await database.close()


async def read_proof(site: Site, cameras: Sequence[str], days: int) -> State:
    """ProofOut."""
    async with _reading(site) as reading:
        return await reading.proof(cameras, days)


async def read_gaps(site: Site, proven: State) -> dict[str, list[State]]:
    """Every gap of every camera of a ProofOut."""
    from_ms, to_ms = proven["days"][0]["start_ms"], proven["days"][-1]["end_ms"]
    found: dict[str, list[State]] = {}
    async with _reading(site) as reading:
        for camera in (one["camera"] for one in proven["cameras"]):
            found[camera], cursor = [], None
            while True:
                page = await reading.gaps(camera, from_ms, to_ms, cursor)
                found[camera] += page["items"]
                cursor = page["next"]
                if cursor is None:
                    break
    return found
