"""A second factor beside the password: set up, asked for, turned off; guesses at it wait like guesses at a login."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.password_rules import LEAST_ALONE, plain
from controller.core.second_factor import Policy, required
from controller.core.totp import address as address_of
from controller.core.totp import spelt
from controller.flows.login import LogIn, require_own
from controller.flows.slow_down import SlowDown
from controller.ports.access import Person
from shared.errors import Rejected
from shared.texts import say


class Factors(Protocol):
    """Authenticators and recovery codes where they are kept."""

    async def begin(self, name: str) -> bytes:
        """A new secret that counts once a code of it was right; `Conflict` where there is one that counts."""
        ...

    async def confirm(self, name: str, code: str, address: str) -> tuple[Person, Sequence[str]] | None:
        """Recovery codes; None: the code is wrong."""
        ...

    async def check(self, name: str, code: str) -> bool:
        """Whether it is right; it is used up by that."""
        ...

    async def remove(self, name: str, who: str, address: str) -> Person: ...

    async def new_codes(self, name: str, address: str) -> Sequence[str]: ...

    async def codes_left(self, name: str) -> int: ...


@dataclass(frozen=True, slots=True)
class Begun:
    """A secret for an authenticator: to type, as an address, and that as the path of a QR code."""

    secret: str
    address: str
    picture: str
    size: int  # squares in a row


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Everybody's own, but for `reset`."""

    _factors: Factors
    _login: LogIn
    _draw: Callable[[str], tuple[str, int]]
    _site: str
    policy: Policy

    def required_of(self, person: Person) -> bool:
        """Whether they must have one here."""
        return person.issuer is None and required(self.policy, person.role)

    async def codes_left(self, name: str) -> int:
        return await self._factors.codes_left(name)

    async def begin(self, person: Person) -> Begun:
        """A secret that counts once `confirm` was given a code of it."""
        require_own(person)
        secret = await self._factors.begin(person.name)
        address = address_of(secret, self._site, person.name)
        return Begun(spelt(secret), address, *self._draw(address))

    async def confirm(self, person: Person, code: str, address: str) -> tuple[Person, Sequence[str]]:
        """Turn it on: recovery codes, shown this once. Every session there was ends."""
        async with self._slow.counted(person.name, address) as tried:
            done = await self._factors.confirm(person.name, code, address)
            tried.passed = done is not None
        if done is None:
            raise Rejected("code", say("second_wrong"))
        return done

    async def turn_off(self, person: Person, password: str, address: str) -> Person:
        """The password alone is asked for from then on, and so has to be long enough for that."""
        require_own(person)
        if self.required_of(person):
            raise Rejected("factor", say("factor_required"))
        async with self._slow.counted(person.name, address) as tried:
            tried.passed = await self._login.fits(password, person.password_hash)
        if not tried.passed:
            raise Rejected("password", say("password_wrong"))
        if len(plain(password)) < LEAST_ALONE:
            raise Rejected("password", say("password_short", least=LEAST_ALONE))
        return await self._factors.remove(person.name, person.name, address)

    async def new_codes(self, person: Person, address: str) -> Sequence[str]:
        """Other recovery codes in place of those there were, shown this once."""
        return await self._factors.new_codes(person.name, address)

    async def reset(self, name: str, who: str, address: str) -> None:
        """Take it from somebody who has lost it: they log in by password alone, and set another up where they must."""
        await self._factors.remove(name, who, address)

    async def prove(self, person: Person, password: str, code: str, address: str) -> None:
        """Say again who one is: by the second factor where there is one, else by the password."""
        require_own(person)
        async with self._slow.counted(person.name, address) as tried:
            if person.second_factor:
                tried.passed = await self._factors.check(person.name, code)
            else:
                tried.passed = await self._login.fits(password, person.password_hash)
        await self._login.note(person.name, "login.proof" if tried.passed else "login.proof-refused", address)
        if not tried.passed:
            field = "code" if person.second_factor else "password"
            raise Rejected(field, say("second_wrong" if person.second_factor else "password_wrong"))

    @property
    def _slow(self) -> SlowDown:
        return self._login.slow
