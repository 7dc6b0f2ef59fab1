"""Who may log in, one-time codes, and the audit log."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select, update

from controller.adapters.database import Database
from controller.adapters.tables import AuditRow, CameraRow, OneTimeCodeRow, SiteRow, UserRow
from controller.core.access import leaves_admin
from controller.core.grants import Given, known_targets
from controller.errors import Conflict, Missing, Unauthenticated
from controller.ports.access import OneTimeCode
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import SiteId
from shared.texts import say


@dataclass(frozen=True, slots=True)
class User:
    """A person who may log in; sessions of an older epoch are void."""

    name: str
    password_hash: str | None
    role: str
    must_set_password: bool
    enabled: bool
    session_epoch: int
    given: Given | None = None  # rights by camera or node; None: what the role may do with every camera
    second_factor: bool = False
    issuer: str | None = None  # identity provider that logs them in; None: a password does


class PeopleStore:
    """Users and what they did; passwords come in hashed, codes are kept hashed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def prepare_site(self, site: SiteId) -> None:
        """Make the site's row if it is not there."""
        async with self._database.writing() as session:
            row = {"id": site, "last_alarm_number": 0, "rules_version": 0}
            await session.execute(self._database.insert(SiteRow).values(**row).on_conflict_do_nothing())

    async def user(self, name: str) -> User | None:
        async with self._database.reading() as session:
            row = await session.get(UserRow, name)
            return None if row is None else user_of(row)

    async def users(self) -> list[User]:
        async with self._database.reading() as session:
            return [user_of(row) for row in await session.scalars(select(UserRow).order_by(UserRow.name))]

    async def add_user(
        self,
        name: str,
        role: str,
        *,
        password_hash: str | None,
        must_set_password: bool,
        who: str,
        given: Given | None = None,
        code: OneTimeCode | None = None,
    ) -> None:
        """With their rights by camera and their code from the first moment on; `Conflict` when the name is taken."""
        async with self._database.writing() as session:
            if await session.get(UserRow, name) is not None:
                raise Conflict("username", say("name_taken", name=name))
            kept = await _checked(session, role, given)
            session.add(
                UserRow(
                    name=name,
                    role=role,
                    password_hash=password_hash,
                    must_set_password=must_set_password,
                    given=kept,
                    created_at=self._clock.now(),
                )
            )
            session.add(self._audit(who, "user.add", name, "", {"role": role, "cameras": kept}))
            if code is not None:
                _keep_code(session, code.text, name, code.until)

    async def set_password(
        self, name: str, password_hash: str, who: str, address: str = "", epoch: int | None = None
    ) -> User:
        """Set it and void every session and code there was; `Missing` without such a user.

        `Unauthenticated` when their sessions were ended since `epoch`: who asked is no longer who is logged in.
        """
        async with self._database.writing() as session:
            row = await session.get(UserRow, name, with_for_update=True)
            if row is None:
                raise Missing("username", say("unknown", key=name))
            if epoch is not None and (row.session_epoch != epoch or not row.enabled):
                raise Unauthenticated("session", say("log_in_first"))
            row.password_hash, row.must_set_password = password_hash, False
            await _void_codes(session, name)
            row.session_epoch += 1
            session.add(self._audit(who, "user.password", name, address, {}))
            return user_of(row)

    async def require_password(self, name: str, who: str, *, last_too: bool, code: OneTimeCode | None = None) -> None:
        """Void the password, every session and every code: whoever knew one of them has to be given a new code.

        `Rejected` where nobody would administer any more, unless the last one may be asked too.
        """
        async with self._database.writing() as session:
            rows = await _everybody(session, name)
            row = rows[name]
            if row.issuer is not None:
                raise Rejected("username", say("account_elsewhere"))
            proven = _administers(row) and row.password_hash is not None
            row.password_hash, row.must_set_password = None, True
            _leave_admin(rows, lost=proven and not last_too, field="username")
            row.session_epoch += 1
            await _void_codes(session, name)
            if code is not None:
                _keep_code(session, code.text, name, code.until)
            session.add(self._audit(who, "user.require-password", name, "", {}))

    async def change(self, name: str, who: str, *, role: str | None, enabled: bool | None, address: str = "") -> User:
        """Another role, shut out or let in; their sessions end. `Rejected` where nobody would administer any more.

        What was given by camera outlasts a time as administrator; who was given nothing then sees no camera.
        """
        async with self._database.writing() as session:
            rows = await _everybody(session, name)
            row = rows[name]
            if row.issuer is not None and role not in {None, row.role}:
                raise Rejected("role", say("oidc_role"))
            was, administered = (row.role, row.enabled), _administers(row)
            row.role = row.role if role is None else role
            row.enabled = row.enabled if enabled is None else enabled
            lost = administered and not _administers(row)
            _leave_admin(rows, lost=lost, field="role" if enabled is None else "enabled")
            if (row.role, row.enabled) != was:
                row.session_epoch += 1
                if not row.enabled:
                    await _void_codes(session, name)
                if row.enabled != was[1]:
                    verb = "user.enable" if row.enabled else "user.disable"
                    session.add(self._audit(who, verb, name, address, {}))
                if row.role != was[0]:
                    session.add(self._audit(who, "user.change", name, address, {"role": row.role}))
                if was[0] == "admin" != row.role and row.given is None:
                    row.given = {}
                    session.add(self._audit(who, "user.grant", name, address, {"before": None, "after": {}}))
            return user_of(row)

    async def give(self, name: str, given: Given | None, who: str, address: str = "") -> User:
        """Rights by camera or node, or by role alone; sessions go on with them. `Rejected` for what is not known."""
        return await self.regive(name, lambda _: given, who, address)

    async def regive(self, name: str, step: Callable[[Given], Given | None], who: str, address: str = "") -> User:
        """As `give`, with what `step` makes of what was given before."""
        async with self._database.writing() as session:
            row = await session.get(UserRow, name, with_for_update=True)
            if row is None:
                raise Missing("username", say("unknown", key=name))
            kept = await _checked(session, row.role, step(row.given or {}), before=row.given)
            if kept != row.given:
                detail = {"before": row.given, "after": kept}
                row.given = kept
                session.add(self._audit(who, "user.grant", name, address, detail))
            return user_of(row)

    async def add_code(self, code: str, username: str, expires_at: datetime) -> None:
        """Keep a one-time code, hashed; one that was given before is void."""
        async with self._database.writing() as session:
            await _void_codes(session, username)
            _keep_code(session, code, username, expires_at)

    async def use_code(self, code: str, address: str = "") -> User | None:
        """Whom the code logs in to set a password, once; None for a used, expired, void or unknown one."""
        now = self._clock.now()
        async with self._database.writing() as session:
            used = await session.execute(
                update(OneTimeCodeRow)
                .where(
                    col(OneTimeCodeRow.code_sha256) == _digest(code),
                    col(OneTimeCodeRow.used_at).is_(None),
                    col(OneTimeCodeRow.expires_at) > now,
                )
                .values(used_at=now)
                .returning(col(OneTimeCodeRow.username))
            )
            name = used.scalar_one_or_none()
            row = None if name is None else await session.get(UserRow, name)
            if row is None or not row.enabled or not row.must_set_password:
                return None
            session.add(self._audit(row.name, "login.code", row.name, address, {}))
            return user_of(row)

    async def audit(
        self, who: str, what: str, *, subject: str = "", address: str = "", detail: dict[str, Any] | None = None
    ) -> None:
        async with self._database.writing() as session:
            session.add(self._audit(who, what, subject, address, detail or {}))

    def _audit(self, who: str, what: str, subject: str, address: str, detail: dict[str, Any]) -> AuditRow:
        return AuditRow(at=self._clock.now(), who=who, what=what, subject=subject, address=address, detail=detail)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


async def _everybody(session: AsyncSession, name: str) -> dict[str, UserRow]:
    """Everybody, for who may be the last to administer; `Missing` where `name` is none of them."""
    rows = {row.name: row for row in await session.scalars(select(UserRow).with_for_update())}
    if name not in rows:
        raise Missing("username", say("unknown", key=name))
    return rows


async def _checked(
    session: AsyncSession, role: str, given: Given | None, before: Given | None = None
) -> dict[str, list[str]] | None:
    """What is given as it is kept; `Rejected` to an administrator, or for a camera neither known nor given before."""
    if given is None:
        return None
    if role == "admin":
        raise Rejected("role", say("admin_sees_all"))
    known = known_targets((await session.scalars(select(CameraRow.id))).all()) | set(before or ())
    for target in sorted(given):
        if target not in known:
            raise Rejected("cameras", say("unknown", key=target))
    return {target: list(given[target]) for target in sorted(given)}


def _keep_code(session: AsyncSession, code: str, name: str, until: datetime) -> None:
    session.add(OneTimeCodeRow(code_sha256=_digest(code), username=name, expires_at=until))


async def _void_codes(session: AsyncSession, name: str) -> None:
    await session.execute(delete(OneTimeCodeRow).where(col(OneTimeCodeRow.username) == name))


def _administers(row: UserRow) -> bool:
    return row.role == "admin" and row.enabled


def _leave_admin(rows: Mapping[str, UserRow], *, lost: bool, field: str) -> None:
    """`Rejected` where somebody who administered was just lost and nobody else can."""
    left = ((one.role, one.enabled, one.password_hash is not None) for one in rows.values())
    if lost and not leaves_admin(left):
        raise Rejected(field, say("last_admin"))


def user_of(row: UserRow) -> User:
    """Somebody as their row tells."""
    given = None if row.role == "admin" else row.given  # an administrator may do everything, whatever was given before
    return User(
        row.name,
        row.password_hash,
        row.role,
        row.must_set_password,
        row.enabled,
        row.session_epoch,
        given,
        row.second_factor,
        row.issuer,
    )
