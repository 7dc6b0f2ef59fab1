"""People whom an identity provider logs in, as rows: known by issuer and subject, whatever they are called."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.people_store import User, user_of
from controller.adapters.tables import AuditRow, UserRow
from controller.core.oidc import Identity, numbered
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say

_MOST_NAMES = 1_000


class SqlProvidedPeople:
    """`Arrivals` on SQLite or PostgreSQL. `sees_all`: with every camera, when they come for the first time."""

    def __init__(self, database: Database, clock: Clock, *, sees_all: bool) -> None:
        self._database = database
        self._clock = clock
        self._sees_all = sees_all

    async def arrive(self, identity: Identity, address: str, only: str | None) -> User:
        """Somebody who logged in there, with the role that they have now; made at the first time.

        `Rejected` for who was shut out here, and for somebody else than `only`.
        """
        async with self._database.writing() as session:
            row = await self._known(session, identity.issuer, identity.subject)
            if only is not None and (row is None or row.name != only):
                raise Rejected("sub", say("oidc_other"))
            row = row or await self._add(session, identity, address)
            if not row.enabled:
                raise Rejected("enabled", say("oidc_disabled"))
            row.provided_at = self._clock.now()
            if row.role != identity.role:
                self._change_role(session, row, identity, address)
            what = "login" if only is None else "login.proof"
            session.add(self._audit(row.name, what, "", address, {"provider": identity.issuer}))
            return user_of(row)

    async def depart(self, issuer: str, subject: str, address: str) -> None:
        """The provider gives them no role any more: their sessions end, their keys rest until it does again."""
        async with self._database.writing() as session:
            row = await self._known(session, issuer, subject)
            if row is None or row.provided_at is None:
                return
            row.provided_at = None
            row.session_epoch += 1
            detail: dict[str, object] = {"provider": issuer, "role": None}
            session.add(self._audit("provider", "user.change", row.name, address, detail))

    async def _known(self, session: AsyncSession, issuer: str, subject: str) -> UserRow | None:
        query = select(UserRow).where(col(UserRow.issuer) == issuer, col(UserRow.subject) == subject)
        found: UserRow | None = await session.scalar(query.with_for_update())
        return found

    async def _add(self, session: AsyncSession, identity: Identity, address: str) -> UserRow:
        row = UserRow(
            name=await self._free_name(session, identity.name),
            role=identity.role,
            issuer=identity.issuer,
            subject=identity.subject,
            given=None if self._sees_all or identity.role == "admin" else {},
            created_at=self._clock.now(),
        )
        session.add(row)
        detail: dict[str, object] = {"role": row.role, "cameras": row.given, "provider": identity.issuer}
        session.add(self._audit("provider", "user.add", row.name, address, detail))
        await session.flush()
        return row

    async def _free_name(self, session: AsyncSession, wanted: str) -> str:
        """A name that nobody has: whoever has it here already keeps it."""
        for number in range(1, _MOST_NAMES):
            name = wanted if number == 1 else numbered(wanted, number)
            if await session.get(UserRow, name) is None:
                return name
        raise Rejected("name", say("name_taken", name=wanted))

    def _change_role(self, session: AsyncSession, row: UserRow, identity: Identity, address: str) -> None:
        """As when an administrator does it: their other sessions end, who administers no more sees what was given."""
        was, row.role = row.role, identity.role
        row.session_epoch += 1
        detail: dict[str, object] = {"role": row.role, "enabled": row.enabled, "before": was}
        session.add(self._audit("provider", "user.change", row.name, address, detail))
        if was == "admin" and row.given is None and not self._sees_all:
            row.given = {}
            session.add(self._audit("provider", "user.grant", row.name, address, {"before": None, "after": {}}))

    def _audit(self, who: str, what: str, subject: str, address: str, detail: dict[str, object]) -> AuditRow:
        return AuditRow(at=self._clock.now(), who=who, what=what, subject=subject, address=address, detail=detail)
