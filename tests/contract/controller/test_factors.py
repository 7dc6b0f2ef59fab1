"""Second factors as rows: sealed, each step and each recovery code once, also when asked at the same time."""

import asyncio
import hmac

import pytest
from sqlmodel import select

from controller.adapters.factor_store import SqlFactors
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import AuditRow, FactorRow, RecoveryCodeRow
from controller.core.second_factor import CODES, recovery_code, typed
from controller.core.totp import code_at, spelt, step_of
from controller.errors import Conflict, Missing
from shared.errors import Rejected
from tests.contract.controller.conftest import Site

KEY = "k" * 64


@pytest.fixture
async def factors(site: Site) -> SqlFactors:
    people = PeopleStore(site.database, site.clock)
    for name in ("kim", "park"):
        await people.add_user(name, "admin", password_hash="x", must_set_password=False, who="test")
    return SqlFactors(site.database, site.clock, KEY)


def told(site: Site, secret: bytes, off: int = 0) -> str:
    return code_at(secret, step_of(site.clock.now()) + off)


async def turned_on(site: Site, factors: SqlFactors) -> tuple[bytes, list[str]]:
    secret = await factors.begin("kim")
    done = await factors.confirm("kim", told(site, secret), "10.0.0.1")
    assert done is not None
    site.clock.at_ms += 30_000
    return secret, list(done[1])


async def test_it_counts_once_a_code_was_right_and_ends_sessions(site: Site, factors: SqlFactors) -> None:
    people = PeopleStore(site.database, site.clock)
    first = await factors.begin("kim")
    second = await factors.begin("kim")
    assert await factors.confirm("kim", told(site, first), "") is None, "another one was begun since"
    assert not await factors.check("kim", told(site, second)), "it does not count yet"
    assert await factors.confirm("park", told(site, second), "") is None
    done = await factors.confirm("kim", told(site, second), "")
    assert done is not None
    kim = await people.user("kim")
    assert kim is not None
    assert (kim.second_factor, kim.session_epoch, len(set(done[1]))) == (True, 1, CODES)
    with pytest.raises(Conflict):
        await factors.begin("kim")
    assert await factors.confirm("kim", told(site, second, 1), "") is None


async def test_each_step_is_taken_once_also_by_four_at_a_time(site: Site, factors: SqlFactors) -> None:
    secret, _ = await turned_on(site, factors)
    code = told(site, secret)
    assert (await asyncio.gather(*(factors.check("kim", code) for _ in range(4)))).count(True) == 1
    assert not await factors.check("kim", told(site, secret, -1)), "an earlier one than the last that was used"
    assert await factors.check("kim", f" {told(site, secret, 1)[:3]} {told(site, secret, 1)[3:]}")
    site.clock.at_ms += 120_000
    assert not await factors.check("kim", told(site, secret, -2))
    assert not await factors.check("park", told(site, secret))


async def test_each_recovery_code_is_taken_once_and_new_ones_replace_them(site: Site, factors: SqlFactors) -> None:
    _, codes = await turned_on(site, factors)
    assert not await factors.check("park", codes[0])
    typed = codes[0].upper().replace("-", " ")
    assert (await asyncio.gather(*(factors.check("kim", typed) for _ in range(4)))).count(True) == 1
    assert await factors.codes_left("kim") == CODES - 1
    fresh = await factors.new_codes("kim", "")
    assert not await factors.check("kim", codes[1])
    assert await factors.check("kim", fresh[0])
    with pytest.raises(Missing):
        await factors.new_codes("park", "")


async def test_a_recovery_code_of_an_earlier_version_is_taken_once(site: Site, factors: SqlFactors) -> None:
    await turned_on(site, factors)
    code = recovery_code(b"0123456789")
    kept = hmac.digest(KEY.encode(), b"recovery code " + typed(code).encode(), "sha256").hex()
    async with site.database.writing() as session:
        session.add(RecoveryCodeRow(code_hmac=kept, username="kim"))
    assert await factors.check("kim", code)
    assert not await factors.check("kim", code)


async def test_nothing_that_is_kept_tells_a_code(site: Site, factors: SqlFactors) -> None:
    secret, codes = await turned_on(site, factors)
    async with site.database.reading() as session:
        (row,) = (await session.scalars(select(FactorRow))).all()
        hashes = {one.code_hmac for one in await session.scalars(select(RecoveryCodeRow))}
        audit = [f"{one.what} {one.detail}" for one in await session.scalars(select(AuditRow))]
    kept = f"{row.sealed} {hashes} {audit}"
    assert len(hashes) == CODES
    for word in (secret.hex(), spelt(secret), *codes, *(code.replace("-", "") for code in codes)):
        assert word not in kept
    other = SqlFactors(site.database, site.clock, "x" * 64)
    with pytest.raises(Rejected):
        await other.check("kim", told(site, secret))
    assert not await other.check("kim", codes[0])


async def test_taken_away_nothing_of_it_counts(site: Site, factors: SqlFactors) -> None:
    secret, codes = await turned_on(site, factors)
    kim = await factors.remove("kim", "park", "")
    assert (kim.second_factor, kim.session_epoch) == (False, 2)
    assert not await factors.check("kim", told(site, secret))
    assert not await factors.check("kim", codes[0])
    assert await factors.codes_left("kim") == 0
    with pytest.raises(Missing):
        await factors.remove("kim", "park", "")
