"""API keys as rows: only the hash of a secret is kept, and an owner who is shut out takes their keys along."""

import contextlib
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlmodel import col, func, or_, select, update

from controller.adapters.database import Database
from controller.adapters.people_store import user_of
from controller.adapters.tables import ApiKeyRow, AuditRow, UserRow
from controller.core.access import role_of
from controller.core.api_key import ID_CHARS, SECRET_CHARS, Scope, parse_scope, read, rests_from, written
from controller.core.second_factor import First, Policy, first_of
from controller.errors import Missing, Unauthenticated
from controller.ports.keys import KeptKey, KeyHeld
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.texts import say

MOST_KEYS = 50
"""Of one person."""
_NOTED_EVERY = timedelta(minutes=10)


class SqlKeys:
    """`KeyBook` and `Keys` on SQLite or PostgreSQL.

    `provided`: how long keys of somebody go on whom an identity provider logs in, after it did so last.
    """

    def __init__(
        self, database: Database, clock: Clock, policy: Policy = "optional", provided: timedelta = timedelta(days=30)
    ) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy
        self._provided = provided

    async def add(
        self, owner: str, name: str, scope: Scope, expires_at: datetime, who: str, address: str
    ) -> tuple[KeptKey, str]:
        """A new key, and as it is written: nobody is told that again."""
        key_id, secret = secrets.token_hex(ID_CHARS // 2), secrets.token_hex(SECRET_CHARS // 2)
        async with self._database.writing() as session:
            user = await session.get(UserRow, owner, with_for_update=True)
            if user is None:
                raise Missing("username", say("unknown", key=owner))
            query = select(func.count()).select_from(ApiKeyRow).where(col(ApiKeyRow.owner) == owner)
            if (await session.scalar(query) or 0) >= MOST_KEYS:
                raise Rejected("name", say("too_many", count=MOST_KEYS + 1, most=MOST_KEYS))
            row = ApiKeyRow(
                id=key_id,
                owner=owner,
                name=name,
                secret_sha256=_digest(secret),
                role=scope.role,
                cameras=None if scope.cameras is None else list(scope.cameras),
                rights=None if scope.rights is None else list(scope.rights),
                created_at=self._clock.now(),
                expires_at=expires_at,
            )
            session.add(row)
            detail: dict[str, object] = {
                "owner": owner,
                "name": name,
                "role": scope.role,
                "cameras": row.cameras,
                "rights": row.rights,
                "expires_at": expires_at.isoformat(timespec="seconds"),
            }
            session.add(self._audit(who, "key.add", key_id, address, detail))
            kept = self._kept(row, user)
        return kept, written(key_id, secret)

    async def of(self, owner: str | None) -> list[KeptKey]:
        """Somebody's, or everybody's; the newest first."""
        async with self._database.reading() as session:
            query = select(ApiKeyRow, UserRow).join(UserRow, col(UserRow.name) == col(ApiKeyRow.owner))
            query = query.order_by(col(ApiKeyRow.created_at).desc())
            query = query if owner is None else query.where(col(ApiKeyRow.owner) == owner)
            return [self._kept(row, user) for row, user in await session.execute(query)]

    async def revoke(self, key_id: str, owner: str | None, who: str, address: str) -> None:
        """It is good for nothing from now on; `Missing` when `owner` has no such."""
        async with self._database.writing() as session:
            row = await session.get(ApiKeyRow, key_id)
            if row is None or (owner is not None and row.owner != owner):
                raise Missing("key", say("unknown", key=key_id))
            await session.delete(row)
            session.add(self._audit(who, "key.revoke", key_id, address, {"owner": row.owner, "name": row.name}))

    async def holder(self, text: str, address: str) -> KeyHeld | None:
        """Whose key it is, while it is good and they may log in with nothing to set first.

        Its use is written down once in ten minutes. `Unauthenticated` while it rests: its owner's identity provider
        has to log them in first.
        """
        parts = read(text)
        if parts is None:
            return None
        key_id, secret = parts
        now = self._clock.now()
        async with self._database.reading() as session:
            query = select(ApiKeyRow, UserRow).join(UserRow, col(UserRow.name) == col(ApiKeyRow.owner))
            found = (await session.execute(query.where(col(ApiKeyRow.id) == key_id))).first()
        if found is None:
            return None
        row, user = found
        right = hmac.compare_digest(row.secret_sha256, _digest(secret))
        if not right or now >= row.expires_at or not user.enabled or self._first(user) is not None:
            return None
        rests_at = self._rests_at(row, user)
        if rests_at is not None and now >= rests_at:
            raise Unauthenticated("key", say("key_rests", days=self._provided.days))
        if row.used_at is None or now - row.used_at >= _NOTED_EVERY:
            await self._note(key_id, now, address)
        return KeyHeld(key_id, user_of(user), _scope(row))

    def _rests_at(self, row: ApiKeyRow, user: UserRow) -> datetime | None:
        return None if user.issuer is None else rests_from(user.provided_at, self._provided, row.created_at)

    def _kept(self, row: ApiKeyRow, user: UserRow) -> KeptKey:
        rests_at, times = self._rests_at(row, user), (row.created_at, row.expires_at, row.used_at)
        return KeptKey(row.id, row.owner, row.name, _scope(row), *times, row.used_from, rests_at)

    def _first(self, user: UserRow) -> First | None:
        return first_of(
            self._policy,
            user.role,
            must_set_password=user.must_set_password,
            second_factor=user.second_factor,
            own_password=user.password_hash is not None,
        )

    async def _note(self, key_id: str, now: datetime, address: str) -> None:
        with contextlib.suppress(Transient):  # who asks is answered while the database is busy
            async with self._database.writing() as session:
                await session.execute(
                    update(ApiKeyRow)
                    .where(
                        col(ApiKeyRow.id) == key_id, or_(col(ApiKeyRow.used_at).is_(None), col(ApiKeyRow.used_at) < now)
                    )
                    .values(used_at=now, used_from=address)
                )

    def _audit(self, who: str, what: str, subject: str, address: str, detail: dict[str, object]) -> AuditRow:
        return AuditRow(at=self._clock.now(), who=who, what=what, subject=subject, address=address, detail=detail)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _scope(row: ApiKeyRow) -> Scope:
    return parse_scope(role_of(row.role), row.cameras, row.rights)
