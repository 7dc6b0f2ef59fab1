"""A lease as a test takes it."""

from controller.adapters.database import Database
from controller.adapters.lease_store import SqlLeaseStore, under
from controller.core.lease import Term
from shared.clock import Clock


async def take(database: Database, clock: Clock, term: Term, for_ms: int = 10**9) -> Database:
    """Begin the term; the database as who leads by it sees it."""
    token = await SqlLeaseStore(database, clock).take(term.name, term.holder, for_ms)
    assert token is not None, f"{term.name} is somebody else's"
    term.begin(token, clock.monotonic_ms())
    return under(database, clock, term)


async def drop(database: Database, clock: Clock, term: Term) -> None:
    """Give it back."""
    await SqlLeaseStore(database, clock).release(term.name, term.holder, term.token)
