"""Sessions as rows: whoever ends one ends it for every process at once."""

import contextlib
from datetime import UTC, datetime
from typing import Protocol

from sqlmodel import col, delete, select, update

from controller.adapters.database import Database
from controller.adapters.people_store import user_of
from controller.adapters.tables import AuditRow, SessionRow, UnmaskRow, UserRow
from controller.core.second_factor import Policy, first_of
from controller.core.session_life import Lasting, noted, over
from controller.errors import Missing, Unauthenticated
from controller.ports.access import Held, Kept, Login, Provided
from shared.clock import Clock
from shared.errors import Transient
from shared.texts import say

_AGENT_CHARS = 200
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When who came from a provider that does not tell it said last who they are: it is asked before anything dangerous."""


class TokenSeal(Protocol):
    """Keeps ID tokens from whoever reads the database."""

    def close_token(self, session: str, token: str) -> str: ...


class SqlSessions:
    """`Sessions` and `SessionBook`; only the hash of what a cookie holds is kept."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        lasting: Lasting,
        policy: Policy = "optional",
        seal: TokenSeal | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._lasting = lasting
        self._policy = policy
        self._seal = seal

    async def begin(
        self,
        login: Login,
        epoch: int,
        address: str,
        agent: str,
        replaces: str | None = None,
        provided: Provided | None = None,
    ) -> None:
        """Begin one for somebody who has just proven who they are; what is over of theirs is forgotten.

        `replaces` is the one that their browser had, whoever's it was: it ends.

        `Unauthenticated` when a new password, factor or role ended their epoch while they proved it.
        A one-time code proves nothing but the right to choose a password: dangerous acts, new recovery codes among
        them, stay closed until that is done.
        """
        now = self._clock.now()
        id_token = (
            None if provided is None or self._seal is None else self._seal.close_token(login.id, provided.id_token)
        )
        async with self._database.writing() as session:
            user = await session.get(UserRow, login.username, with_for_update=True)
            if user is None or not user.enabled or user.session_epoch != epoch:
                raise Unauthenticated("session", say("log_in_first"))
            theirs = (col(SessionRow.username) == login.username) | (col(SessionRow.id) == replaces)
            for row in await session.scalars(select(SessionRow).where(theirs)):
                if (
                    row.id == replaces
                    or row.epoch != user.session_epoch
                    or over(row.seen_at, row.ends_at, now, self._lasting)
                ):
                    await session.delete(row)
            session.add(
                SessionRow(
                    id=login.id,
                    username=login.username,
                    epoch=user.session_epoch,
                    address=address,
                    agent=agent[:_AGENT_CHARS],
                    created_at=now,
                    seen_at=now,
                    proven_at=_proven(user, provided, now),
                    ends_at=login.expires_at,
                    provider_sid=None if provided is None else provided.sid or None,
                    id_token=id_token,
                )
            )

    async def holder(self, login: Login) -> Held | None:
        """Whose it is, while it lasts and they may log in; its use is written down once a minute."""
        now = self._clock.now()
        async with self._database.reading() as session:
            query = select(SessionRow, UserRow).join(UserRow, col(UserRow.name) == col(SessionRow.username))
            found = (await session.execute(query.where(col(SessionRow.id) == login.id))).first()
            if found is None:
                return None
            row, user = found
            unmasked = await session.scalars(
                select(UnmaskRow.camera).where(
                    col(UnmaskRow.session) == login.id,
                    col(UnmaskRow.ended_at).is_(None),
                    col(UnmaskRow.until_at) > now,
                )
            )
            cameras = frozenset(unmasked)
        alive = user.enabled and row.epoch == user.session_epoch and row.username == login.username
        if not alive or over(row.seen_at, row.ends_at, now, self._lasting):
            return None
        if not noted(row.seen_at, now):
            await self._note(row.id, now)
        first = first_of(
            self._policy,
            user.role,
            must_set_password=user.must_set_password,
            second_factor=user.second_factor,
            own_password=user.password_hash is not None,
        )
        return Held(user_of(user), row.proven_at, cameras, first)

    async def of(self, username: str) -> list[Kept]:
        """Somebody's, the last used first."""
        now = self._clock.now()
        async with self._database.reading() as session:
            user = await session.get(UserRow, username)
            if user is None:
                raise Missing("username", say("unknown", key=username))
            query = select(SessionRow).where(
                col(SessionRow.username) == username, col(SessionRow.epoch) == user.session_epoch
            )
            rows = (await session.scalars(query.order_by(col(SessionRow.seen_at).desc()))).all()
        return [
            Kept(row.id, row.address, row.agent, row.created_at, row.seen_at)
            for row in rows
            if not over(row.seen_at, row.ends_at, now, self._lasting)
        ]

    async def end(self, username: str, session_id: str, who: str, what: str, address: str) -> None:
        """End one of somebody's; `Missing` when they have no such."""
        async with self._database.writing() as session:
            row = await session.get(SessionRow, session_id)
            if row is None or row.username != username:
                raise Missing("session", say("unknown", key=session_id[:8]))
            await session.delete(row)
            session.add(self._audit(who, what, username, address, {"begun_from": row.address}))

    async def end_all(self, username: str, who: str, address: str, but: str | None = None) -> int:
        """End all of somebody's, but one if one is named; how many."""
        async with self._database.writing() as session:
            if await session.get(UserRow, username) is None:
                raise Missing("username", say("unknown", key=username))
            query = delete(SessionRow).where(col(SessionRow.username) == username)
            query = query if but is None else query.where(col(SessionRow.id) != but)
            ended = len((await session.execute(query.returning(col(SessionRow.id)))).all())
            session.add(self._audit(who, "session.end-all", username, address, {"ended": ended}))
            return ended

    async def _note(self, session_id: str, now: datetime) -> None:
        with contextlib.suppress(Transient):  # who is logged in stays so while the database is busy
            async with self._database.writing() as session:
                await session.execute(
                    update(SessionRow)
                    .where(col(SessionRow.id) == session_id, col(SessionRow.seen_at) < now)
                    .values(seen_at=now)
                )

    def _audit(self, who: str, what: str, subject: str, address: str, detail: dict[str, object]) -> AuditRow:
        return AuditRow(at=self._clock.now(), who=who, what=what, subject=subject, address=address, detail=detail)


def _proven(user: UserRow, provided: Provided | None, now: datetime) -> datetime:
    """When somebody said last who they are, whose session begins now; a one-time code does not say it."""
    if user.must_set_password:
        return _NEVER
    return now if provided is None else min(now, provided.proven_at or _NEVER)
