"""Locked evidence on both databases: one asks, another confirms, and until then nothing deletes it."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from controller.adapters.deletion_store import SqlDeletions
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import AuditRow
from controller.api.export_schemas import HoldOut
from controller.core.evidence_lock import ASKED_FOR
from controller.errors import Conflict, Refused
from controller.flows.manage_exports import Asker
from controller.flows.manage_holds import ManageHolds
from shared.errors import Rejected
from tests.builders import T0
from tests.contract.controller import test_holds
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_holds import ADMIN, CAMERA, DAY_MS, KIM, LEE, swept

holds = test_holds.holds
OTHER = Asker("choi", admin=True)
AT_MACHINE = Asker("choi", admin=True, proven=False)
WEEK_MS = round(ASKED_FOR / timedelta(milliseconds=1))


@pytest.fixture(autouse=True)
async def people(site: Site) -> PeopleStore:
    """Everybody here has had an account for a day."""
    found = PeopleStore(site.database, site.clock)
    for asker in (KIM, LEE, ADMIN, OTHER):
        await found.add_user(asker.name, "admin", password_hash="x", must_set_password=False, who="test")
    site.clock.at_ms += DAY_MS
    return found


async def test_an_account_that_was_made_for_it_lets_nothing_go(
    site: Site, holds: ManageHolds, people: PeopleStore
) -> None:
    hold, second = await locked(holds), Asker("second", admin=True)
    await people.add_user("second", "admin", password_hash="x", must_set_password=False, who="root")
    with pytest.raises(Refused, match="24 hours"):
        await holds.ask_release(hold, "closed", second)
    await holds.ask_release(hold, "closed", ADMIN)
    for asker in (second, Asker("nobody", admin=True)):
        with pytest.raises(Refused, match="24 hours"):
            await holds.release(hold, asker)
    site.clock.at_ms += DAY_MS - 1
    with pytest.raises(Refused, match="24 hours"):
        await holds.release(hold, second)
    site.clock.at_ms += 1
    assert (await holds.release(hold, second))["released_by"] == "second"


async def locked(holds: ManageHolds) -> str:
    state = await holds.add(CAMERA, T0, T0 + 12_000, "court", KIM, lock=True)
    assert HoldOut.model_validate(state).locked
    return str(state["id"])


async def test_two_people_let_it_go_and_both_are_on_record(site: Site, holds: ManageHolds) -> None:
    hold = await locked(holds)
    site.clock.at_ms += 2 * DAY_MS
    for asker in (KIM, ADMIN):
        with pytest.raises(Conflict):
            await holds.release(hold, asker)
    told = HoldOut.model_validate(await holds.ask_release(hold, " the case is closed ", KIM))
    assert told.asked is not None
    assert (told.asked.who, told.asked.why) == ("kim", "the case is closed")
    assert (await holds.ask_release(hold, "again", KIM))["asked"]["why"] == "the case is closed"
    with pytest.raises(Refused, match="your own request"):
        await holds.release(hold, KIM)
    with pytest.raises(Conflict, match="kim asked"):
        await holds.ask_release(hold, "me too", ADMIN)
    assert await swept(site) == ["r0", "r1"], "what is asked for is not let go"
    released = HoldOut.model_validate(await holds.release(hold, ADMIN))
    assert (released.released_by, released.asked) == ("root", None)
    assert await swept(site) == []
    async with site.database.reading() as session:
        query = select(AuditRow).where(col(AuditRow.what).startswith("hold.")).order_by(col(AuditRow.id))
        entries = [(one.what, one.who, one.detail.get("asked_by")) for one in await session.scalars(query)]
    assert entries == [("hold.add", "kim", None), ("hold.release_ask", "kim", None), ("hold.release", "root", "kim")]


async def test_a_request_is_withdrawn_and_runs_out(site: Site, holds: ManageHolds) -> None:
    hold = await locked(holds)
    await holds.ask_release(hold, "closed", ADMIN)
    assert (await holds.withdraw_release(hold, KIM))["asked"] is None
    with pytest.raises(Conflict):
        await holds.release(hold, OTHER)
    await holds.ask_release(hold, "closed", ADMIN)
    site.clock.at_ms += WEEK_MS
    assert (await holds.book.one(hold))["asked"] is None
    with pytest.raises(Conflict):
        await holds.release(hold, OTHER)
    assert (await holds.book.one(hold))["released_at"] is None


async def test_only_who_may_release_asks_and_only_people_who_logged_in(holds: ManageHolds) -> None:
    hold = await locked(holds)
    for call in (holds.ask_release(hold, "x", LEE), holds.withdraw_release(hold, LEE), holds.release(hold, LEE)):
        with pytest.raises(Refused):
            await call
    await holds.ask_release(hold, "closed", ADMIN)
    for call in (holds.release(hold, AT_MACHINE), holds.ask_release(hold, "x", AT_MACHINE)):
        with pytest.raises(Refused, match="log in"):
            await call
    with pytest.raises(Rejected):
        await holds.ask_release(hold, "  ", ADMIN)


async def test_an_ordinary_hold_needs_nobody_else(holds: ManageHolds) -> None:
    state = await holds.add(CAMERA, T0, T0 + 12_000, "theft", KIM)
    assert (await holds.ask_release(state["id"], "why not", KIM))["asked"] is None
    assert (await holds.release(state["id"], KIM))["released_by"] == "kim"


async def test_a_deletion_by_hand_leaves_what_is_locked(site: Site, holds: ManageHolds) -> None:
    hold = await locked(holds)
    await holds.ask_release(hold, "closed", KIM)
    site.clock.at_ms += DAY_MS
    preview = await SqlDeletions(site.database, site.clock).preview([CAMERA], T0, T0 + 40_000)
    assert (preview["held_runs"], preview["cameras"][0]["runs"]) == (2, 2)


async def test_of_two_at_once_one_lets_it_go(site: Site, holds: ManageHolds) -> None:
    hold = await locked(holds)
    await holds.ask_release(hold, "closed", KIM)
    found = await asyncio.gather(holds.release(hold, ADMIN), holds.release(hold, OTHER), return_exceptions=True)
    assert all(isinstance(one, dict) for one in found)
    async with site.database.reading() as session:
        query = select(AuditRow.id).where(col(AuditRow.what) == "hold.release")
        assert len(list(await session.scalars(query))) == 1
