"""Logging in: by name and password or by a one-time code, slowly for whoever guesses."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn, Protocol

import structlog

from controller.core.grants import Given
from controller.core.password_rules import check_password, plain
from controller.errors import Unauthenticated
from controller.flows.slow_down import CODE, SlowDown
from controller.ports.access import OneTimeCode, Person
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say

log = structlog.get_logger("login")

FIRST_USER = "admin"
CODE_LIFETIME = timedelta(days=7)


def fresh_code() -> str:
    """80 bits that a person can type."""
    return "-".join(secrets.token_hex(2) for _ in range(5))


def require_own(account: Person) -> None:
    """`Rejected` for whom an identity provider logs in: there is no password and no second factor here."""
    if account.issuer is not None:
        raise Rejected("provider", say("account_elsewhere"))


class People(Protocol):
    """The database as logging in sees it."""

    async def user(self, name: str) -> Person | None: ...

    async def users(self) -> Sequence[Person]: ...

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
        """With their code, or not at all. `Conflict`: the name is taken; `Rejected`: a camera is not known."""
        ...

    async def require_password(self, name: str, who: str, *, last_too: bool, code: OneTimeCode | None = None) -> None:
        """Their password, sessions and other codes are void; `Rejected` for the last admin, unless `last_too`."""
        ...

    async def set_password(
        self, name: str, password_hash: str, who: str, address: str = "", epoch: int | None = None
    ) -> Person:
        """Every session of that user ends; `Unauthenticated` when they did already since `epoch`."""
        ...

    async def add_code(self, code: str, username: str, expires_at: datetime) -> None:
        """What was given before to the same person is void."""
        ...

    async def use_code(self, code: str, address: str = "") -> Person | None:
        """Whom the newest code of theirs, unused and unexpired, logs in while they must set a password."""
        ...

    async def audit(
        self, who: str, what: str, *, subject: str = "", address: str = "", detail: dict[str, Any] | None = None
    ) -> None: ...


class PasswordHashes(Protocol):
    """Slow hashing of what people choose, off the event loop."""

    async def make(self, password: str) -> str: ...

    async def fits(self, password: str, hashed: str | None) -> bool:
        """None takes as long as a wrong password and is never right; `Transient` when too many wait."""
        ...


class SecondCodes(Protocol):
    """What authenticators tell."""

    async def check(self, name: str, code: str) -> bool:
        """Whether a code is right; it is used up by that."""
        ...


@dataclass(frozen=True, slots=True)
class LogIn:
    """Answers every wrong try alike, and later each time."""

    _people: People
    passwords: PasswordHashes
    clock: Clock
    slow: SlowDown
    factors: SecondCodes
    common: Callable[[], Collection[str]]
    site: str = ""

    async def with_password(self, name: str, password: str, address: str, second: str = "") -> Person:
        """The account, or `Unauthenticated`; `TooOften` before anything is looked up.

        `second`: what the authenticator of whoever has one tells, or a recovery code.
        """
        async with self.slow.counted(name, address) as tried:
            account = await self._people.user(name)
            usable = account is not None and account.enabled
            hashed = account.password_hash if account is not None and usable else None
            fits = await self.fits(password, hashed)
            asked = fits and account is not None and account.second_factor
            tried.unknown = asked and not second
            tried.passed = fits and (not asked or await self.factors.check(name, second))
        if account is None or not fits:
            await self._refuse(name, address)
        if tried.unknown:
            raise Unauthenticated("second", say("second_needed"))
        if not tried.passed:
            await self._refuse(name, address, field="second")
        await self._people.audit(account.name, "login", address=address)
        return account

    async def with_code(self, code: str, address: str) -> Person:
        """The account that a one-time code is for; it must set its password next."""
        async with self.slow.counted(CODE, address) as tried:
            account = await self._people.use_code(code.strip().lower(), address)
            tried.passed = account is not None
        if account is None:
            await self._refuse("", address)
        return account

    async def set_password(
        self, account: Person, current: str, new: str, address: str = "", second: str = ""
    ) -> Person:
        """Give oneself a password; the old one is asked for unless there is none or it must be set.

        Then the second factor is, of whoever has one: a one-time code alone does not take its place.
        Guesses count like guesses at the login: `TooOften`.
        """
        require_own(account)
        check_password(new, (account.name, self.site), self.common(), second_factor=account.second_factor)
        needs_current = account.password_hash is not None and not account.must_set_password
        if needs_current:
            async with self.slow.counted(account.name, address) as tried:
                tried.passed = await self.fits(current, account.password_hash)
            if not tried.passed:
                await self._people.audit(account.name, "password.refused", address=address)
                raise Rejected("current", say("password_wrong"))
        elif account.second_factor:
            async with self.slow.counted(account.name, address) as tried:
                tried.passed = await self.factors.check(account.name, second)
            if not tried.passed:
                raise Rejected("second", say("second_wrong" if second else "second_needed"))
        hashed = await self.passwords.make(plain(new))
        return await self._people.set_password(account.name, hashed, account.name, address, account.session_epoch)

    async def note(self, who: str, what: str, address: str, detail: dict[str, Any] | None = None) -> None:
        """Put on record what somebody did at the login."""
        await self._people.audit(who, what, address=address, detail=detail)

    async def first_code(self) -> str | None:
        """A one-time code for the first administrator, in place of the one before; None once one has a password."""
        accounts = await self._people.users()
        if any(account.role == "admin" and account.password_hash for account in accounts):
            return None
        here = [one for one in accounts if one.issuer is None]
        first = next((one.name for one in here if one.role == "admin" and one.enabled), FIRST_USER)
        code = self._fresh()
        if any(account.name == first for account in accounts):
            await self._people.add_code(code.text, first, code.until)
        else:
            await self._add(first, "admin", "system", None, code)
        return code.text

    async def everybody(self) -> Sequence[Person]:
        """Every account."""
        return await self._people.users()

    async def add(self, name: str, role: str, who: str, given: Given | None = None) -> str:
        """Add someone without a password; the one-time code that lets them choose one."""
        code = self._fresh()
        await self._add(name, role, who, given, code)
        return code.text

    async def add_code(self, name: str, who: str) -> str:
        """A one-time code for someone who is known, the last administrator too; their password and sessions end."""
        code = self._fresh()
        await self._people.require_password(name, who, last_too=True, code=code)
        return code.text

    async def _add(self, name: str, role: str, who: str, given: Given | None, code: OneTimeCode) -> None:
        await self._people.add_user(
            name, role, password_hash=None, must_set_password=True, who=who, given=given, code=code
        )

    def _fresh(self) -> OneTimeCode:
        return OneTimeCode(fresh_code(), self.clock.now() + CODE_LIFETIME)

    async def fits(self, password: str, hashed: str | None) -> bool:
        """Whether a password is right, however its letters were composed; as it came, too: so it was kept before."""
        known = plain(password)
        return await self.passwords.fits(known, hashed) or (
            known != password and await self.passwords.fits(password, hashed)
        )

    async def _refuse(self, name: str, address: str, field: str = "login") -> NoReturn:
        log.warning("login refused", username=name[:64], address=address, field=field)
        detail = {"field": field} if field != "login" else None
        await self._people.audit(name[:64] or "nobody", "login.refused", address=address, detail=detail)
        raise Unauthenticated(field, say("second_wrong" if field == "second" else "login_refused"))
