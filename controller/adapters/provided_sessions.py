"""Sessions that an identity provider began, as rows: by what it knows them, and ended when it ends its own."""

from sqlmodel import col, delete, select

from controller.adapters.database import Database
from controller.adapters.tables import AuditRow, SessionRow, UserRow
from controller.adapters.trip_seal import TripSeal
from shared.clock import Clock


class SqlProvidedSessions:
    """`ProvidedSessions` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock, seal: TripSeal) -> None:
        self._database = database
        self._clock = clock
        self._seal = seal

    async def id_token(self, session: str) -> str | None:
        """The token that a session was begun with; None: a password began it."""
        async with self._database.reading() as reading:
            row = await reading.get(SessionRow, session)
        return None if row is None or row.id_token is None else self._seal.open_token(session, row.id_token)

    async def end_provided(self, issuer: str, subject: str, sid: str) -> int:
        """End those of somebody there, of one session there or of both; how many."""
        async with self._database.writing() as session:
            people = select(UserRow.name).where(col(UserRow.issuer) == issuer)
            if subject:
                people = people.where(col(UserRow.subject) == subject)
            gone = delete(SessionRow).where(col(SessionRow.username).in_(people))
            if sid:
                gone = gone.where(col(SessionRow.provider_sid) == sid)
            names = [name for (name,) in await session.execute(gone.returning(col(SessionRow.username)))]
            for name in sorted(set(names)):
                detail = {"ended": names.count(name)}
                session.add(
                    AuditRow(at=self._clock.now(), who="provider", what="session.end-all", subject=name, detail=detail)
                )
            return len(names)
