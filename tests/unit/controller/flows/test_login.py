"""Guesses that come all at once wait like guesses that come in turn."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from controller.core.grants import Given
from controller.errors import TooOften, Unauthenticated
from controller.flows.login import LogIn
from controller.flows.slow_down import SlowDown
from controller.ports.access import OneTimeCode
from shared.errors import Rejected, Transient
from shared.texts import say
from tests.fakes.site import HandClock
from tests.fakes.tries import MemoryTries


@dataclass(frozen=True, slots=True)
class Account:
    name: str = "kim"
    password_hash: str | None = "right"
    role: str = "viewer"
    must_set_password: bool = False
    enabled: bool = True
    session_epoch: int = 0
    second_factor: bool = False
    given: Given | None = None
    issuer: str | None = None


@dataclass(slots=True)
class OnePerson:
    """Knows kim, and the code `open`; the second factor, where there is one, tells `123456`."""

    second_factor: bool = False

    async def check(self, name: str, code: str) -> bool:
        await asyncio.sleep(0)
        return (name, code) == ("kim", "123456")

    async def user(self, name: str) -> Account | None:
        return Account(second_factor=self.second_factor) if name == "kim" else None

    async def users(self) -> list[Account]:
        return [Account()]

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
        raise NotImplementedError

    async def require_password(self, name: str, who: str, *, last_too: bool, code: OneTimeCode | None = None) -> None:
        raise NotImplementedError

    async def set_password(
        self, name: str, password_hash: str, who: str, address: str = "", epoch: int | None = None
    ) -> Account:
        del password_hash, who, address, epoch
        return Account(name)

    async def add_code(self, code: str, username: str, expires_at: datetime) -> None:
        raise NotImplementedError

    async def use_code(self, code: str, address: str = "") -> Account | None:
        del address
        await asyncio.sleep(0)
        return Account() if code == "open" else None

    async def audit(
        self, who: str, what: str, *, subject: str = "", address: str = "", detail: dict[str, Any] | None = None
    ) -> None: ...


@dataclass(slots=True)
class SlowHashes:
    """Lets everybody else go first, and counts."""

    asked: int = 0
    full: bool = False

    async def make(self, password: str) -> str:
        return password

    async def fits(self, password: str, hashed: str | None) -> bool:
        self.asked += 1
        await asyncio.sleep(0)
        if self.full:
            raise Transient("too many")
        return password == hashed


@dataclass(slots=True)
class Door:
    clock: HandClock = field(default_factory=HandClock)
    hashes: SlowHashes = field(default_factory=SlowHashes)
    tries: MemoryTries = field(default_factory=MemoryTries)
    people: "OnePerson" = field(default_factory=OnePerson)
    login: LogIn = field(init=False)

    def __post_init__(self) -> None:
        slow = SlowDown(self.tries, self.clock)
        self.login = LogIn(self.people, self.hashes, self.clock, slow, self.people, lambda: {"correct horse battery"})


async def _all_at_once(door: Door, names: list[str], password: str) -> list[object]:
    tries = (door.login.with_password(name, password, "10.0.0.9") for name in names)
    return list(await asyncio.gather(*tries, return_exceptions=True))


async def test_guesses_at_one_name_all_at_once_are_hashed_as_often_as_in_turn() -> None:
    door = Door()
    answers = await _all_at_once(door, ["kim"] * 500, "wrong")
    assert door.hashes.asked == door.login.slow.limits.free
    assert sum(isinstance(answer, TooOften) for answer in answers) == 500 - door.login.slow.limits.free


async def test_guesses_at_many_names_all_at_once_are_bounded_by_their_address() -> None:
    door = Door()
    await _all_at_once(door, [f"user-{number}" for number in range(500)], "wrong")
    assert door.hashes.asked == door.login.slow.address_limits.free


async def test_guesses_at_ones_own_password_wait_like_guesses_at_the_login() -> None:
    door = Door()
    tries = (door.login.set_password(Account(), "wrong", "a good long new one", "10.0.0.9") for _ in range(100))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert door.hashes.asked == door.login.slow.limits.free
    assert sum(type(answer) is Rejected for answer in answers) == door.login.slow.limits.free
    with pytest.raises(TooOften):
        await door.login.set_password(Account(), "right", "a good long new one", "10.0.0.9")
    with pytest.raises(TooOften):
        await door.login.with_password("kim", "right", "10.0.0.9")


async def test_ones_own_password_is_set_with_the_old_one_as_often_as_one_likes() -> None:
    door = Door()
    for _ in range(20):
        assert (await door.login.set_password(Account(), "right", "a good long new one", "10.0.0.9")).name == "kim"
    assert door.tries.failures == {}


async def test_codes_all_at_once_are_bounded_too() -> None:
    door = Door()
    tries = (door.login.with_code(f"guess-{number}", "10.0.0.9") for number in range(100))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, Unauthenticated) for answer in answers) == door.login.slow.limits.free


async def test_who_gets_in_uses_up_nobodys_tries() -> None:
    door = Door()
    for _ in range(200):
        await door.login.with_password("kim", "right", "10.0.0.9")
    assert door.tries.failures == {}
    await door.login.with_code("OPEN", "10.0.0.9")
    assert door.tries.failures == {}


async def test_getting_in_does_not_lengthen_the_wait_of_an_address() -> None:
    door = Door()
    await _all_at_once(door, [f"user-{number}" for number in range(50)], "wrong")
    failed = door.tries.failures["*", "10.0.0.9"]
    door.clock.at_ms += 2_000
    await door.login.with_password("kim", "right", "10.0.0.9")
    assert door.tries.failures["*", "10.0.0.9"] == failed


async def test_a_try_that_nobody_could_check_is_no_guess() -> None:
    door = Door(hashes=SlowHashes(full=True))
    for _ in range(20):
        with pytest.raises(Transient):
            await door.login.with_password("kim", "right", "10.0.0.9")
    assert door.tries.failures == {}


async def test_guesses_at_one_name_from_everywhere_are_bounded_too() -> None:
    door = Door()
    tries = (door.login.with_password("kim", "wrong", f"10.0.{number}.9") for number in range(120))
    await asyncio.gather(*tries, return_exceptions=True)
    assert door.hashes.asked == door.login.slow.name_limits.free
    door.clock.at_ms += door.login.slow.name_limits.most_ms
    assert (await door.login.with_password("kim", "right", "10.9.9.9")).name == "kim", "nobody is locked out for good"


async def test_who_is_forgiven_tries_again_at_once() -> None:
    door = Door()
    await _all_at_once(door, ["kim"] * 9, "wrong")
    assert [one.who for one in await door.login.slow.waiting()] == ["kim"]
    assert await door.login.slow.forgive("kim", "root") > 0
    assert (await door.login.with_password("kim", "right", "10.0.0.9")).name == "kim"
    assert await door.login.slow.forgive("kim", "root") == 0


async def test_who_has_a_second_factor_is_asked_for_it_and_guesses_at_it_wait() -> None:
    door = Door(people=OnePerson(second_factor=True))
    for _ in range(20):  # the password alone is no guess, and no way in either
        with pytest.raises(Unauthenticated) as needed:
            await door.login.with_password("kim", "right", "10.0.0.9")
        assert (needed.value.field, needed.value.fault) == ("second", say("second_needed"))
    for _ in range(door.login.slow.limits.free):
        with pytest.raises(Unauthenticated):
            await door.login.with_password("kim", "right", "10.0.0.9", "000000")
    for second in ("123456", ""):  # asking without it does not start the count anew
        with pytest.raises(TooOften):
            await door.login.with_password("kim", "right", "10.0.0.9", second)
    door.clock.at_ms += door.login.slow.limits.most_ms
    assert (await door.login.with_password("kim", "right", "10.0.0.9", "123456")).name == "kim"
    with pytest.raises(Unauthenticated) as refused:
        await door.login.with_password("kim", "wrong", "10.0.0.9", "123456")
    assert refused.value.field == "login", "nobody learns of the factor before the password is right"


async def test_a_one_time_code_does_not_take_the_place_of_the_second_factor() -> None:
    door = Door()
    account = Account(password_hash=None, must_set_password=True, second_factor=True)
    for second in ("", "000000"):
        with pytest.raises(Rejected, match="code"):
            await door.login.set_password(account, "", "a good long new one", "10.0.0.9", second)
    await door.login.set_password(account, "", "short 8!", "10.0.0.9", "123456")


async def test_a_password_in_other_letters_is_the_same_and_one_of_before_stays_good() -> None:
    door = Door()
    composed, decomposed = "caf\u00e9 in the yard", "cafe\u0301 in the yard"
    assert await door.login.fits(composed, composed)
    assert await door.login.fits(decomposed, composed)
    assert await door.login.fits(decomposed, decomposed), "hashed as it came, before"
    assert not await door.login.fits(composed, "cafe in the yard")
