"""Second factors: secrets sealed, recovery codes as keyed hashes, each used once."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, func, select, update

from controller.adapters.database import Database
from controller.adapters.people_store import user_of
from controller.adapters.seal import Seal, derived
from controller.adapters.tables import AuditRow, FactorRow, RecoveryCodeRow, UserRow
from controller.core.second_factor import CODE_BYTES, CODES, recovery_code, typed
from controller.core.totp import DIGITS, SECRET_BYTES, fitting_step
from controller.errors import Conflict, Missing
from controller.ports.access import Person
from shared.clock import Clock
from shared.texts import say


class SqlFactors:
    """`Factors` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock, key: str) -> None:
        self._database = database
        self._clock = clock
        self._seal = Seal(key, b"second factor")
        self._keys = derived(key, b"recovery codes"), key.encode()  # by the second one those of before were kept

    async def begin(self, name: str) -> bytes:
        """A new secret that counts once a code of it was right; `Conflict` where there is one that counts."""
        secret = secrets.token_bytes(SECRET_BYTES)
        async with self._database.writing() as session:
            row = await session.get(FactorRow, name, with_for_update=True)
            if row is not None and row.since is not None:
                raise Conflict("factor", say("factor_there"))
            if row is not None:
                await session.delete(row)
                await session.flush()
            session.add(FactorRow(username=name, sealed=self._seal.close(name, {"secret": secret.hex()})))
        return secret

    async def confirm(self, name: str, code: str, address: str) -> tuple[Person, Sequence[str]] | None:
        """Let the new secret count, and give recovery codes; every session there was ends. None: the code is wrong."""
        async with self._database.writing() as session:
            user = await _user(session, name)
            row = await session.get(FactorRow, name, with_for_update=True)
            if row is None or row.since is not None or not self._fits(row, code):
                return None
            row.since = self._clock.now()
            user.second_factor = True
            user.session_epoch += 1
            codes = await self._fresh_codes(session, name)
            session.add(self._audit(name, "factor.on", name, address))
            return user_of(user), codes

    async def check(self, name: str, code: str) -> bool:
        """Whether a code of the authenticator, or one to recover with, is right; it is used up by that."""
        async with self._database.writing() as session:
            row = await session.get(FactorRow, name, with_for_update=True)
            if row is not None and row.since is not None and self._fits(row, code):
                return True
            used = await session.execute(
                update(RecoveryCodeRow)
                .where(
                    col(RecoveryCodeRow.code_hmac).in_([_hash(key, code) for key in self._keys]),
                    col(RecoveryCodeRow.username) == name,
                    col(RecoveryCodeRow.used_at).is_(None),
                )
                .values(used_at=self._clock.now())
                .returning(col(RecoveryCodeRow.username))
            )
            if used.scalar_one_or_none() is None:
                return False
            session.add(self._audit(name, "factor.recovery-code", name, ""))
            return True

    async def remove(self, name: str, who: str, address: str) -> Person:
        """It counts no more, nor do its codes; every session there was ends."""
        async with self._database.writing() as session:
            user = await _user(session, name)
            if not user.second_factor:
                raise Missing("factor", say("factor_none"))
            row = await session.get(FactorRow, name)
            if row is not None:
                await session.delete(row)
            await session.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.username) == name))
            user.second_factor = False
            user.session_epoch += 1
            session.add(self._audit(who, "factor.off", name, address))
            return user_of(user)

    async def new_codes(self, name: str, address: str) -> Sequence[str]:
        """Other recovery codes in place of those there were."""
        async with self._database.writing() as session:
            user = await _user(session, name)
            if not user.second_factor:
                raise Missing("factor", say("factor_none"))
            session.add(self._audit(name, "factor.new-codes", name, address))
            return await self._fresh_codes(session, name)

    async def codes_left(self, name: str) -> int:
        """How many recovery codes are unused."""
        async with self._database.reading() as session:
            query = select(func.count()).select_from(RecoveryCodeRow)
            query = query.where(col(RecoveryCodeRow.username) == name, col(RecoveryCodeRow.used_at).is_(None))
            return int(await session.scalar(query) or 0)

    async def _fresh_codes(self, session: AsyncSession, name: str) -> Sequence[str]:
        await session.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.username) == name))
        codes = [recovery_code(secrets.token_bytes(CODE_BYTES)) for _ in range(CODES)]
        session.add_all(RecoveryCodeRow(code_hmac=_hash(self._keys[0], code), username=name) for code in codes)
        return codes

    def _fits(self, row: FactorRow, code: str) -> bool:
        """Whether an authenticator tells this now; the step is used up by that."""
        if len(typed(code)) != DIGITS:
            return False
        secret = bytes.fromhex(self._seal.open(row.username, row.sealed)["secret"])
        step = fitting_step(secret, typed(code), self._clock.now(), row.step)
        if step is not None:
            row.step = step
        return step is not None

    def _audit(self, who: str, what: str, subject: str, address: str) -> AuditRow:
        return AuditRow(at=self._clock.now(), who=who, what=what, subject=subject, address=address, detail={})


def _hash(key: bytes, code: str) -> str:
    return hmac.digest(key, b"recovery code " + typed(code).encode(), hashlib.sha256).hex()


async def _user(session: AsyncSession, name: str) -> UserRow:
    user = await session.get(UserRow, name, with_for_update=True)
    if user is None:
        raise Missing("username", say("unknown", key=name))
    return user
