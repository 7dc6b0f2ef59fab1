"""Where messages end that can never be sent: each on its own, with a receipt, on both databases."""

import pytest

from controller.adapters.feed import Feed
from controller.adapters.way_store import SqlWays
from controller.core.delivery import TRIES, WORTH_MS
from controller.core.ways_out import Way
from shared.mint import uuid7
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_deliveries import Desk


@pytest.fixture
async def desk(site: Site) -> Desk:
    return await Desk(site).lead()


async def test_an_alarm_that_cannot_be_read_keeps_nobody_from_hearing_of_the_next(desk: Desk) -> None:
    await desk.add("desk")
    await desk.raise_("a1", severity="grave")
    await desk.raise_("a2", raised_at=None)
    await desk.raise_("a3", number=4)
    await desk.step()
    assert [parcel.alarms[0]["id"] for _, parcel in desk.outside.got] == ["a3"]
    assert await Feed(desk.site.database).cursor("people") == 3


async def test_a_message_whose_sending_ends_the_process_is_given_up_after_its_tries(desk: Desk) -> None:
    await desk.add("desk")
    await desk.raise_("deadly")
    await desk.store.plan(await Feed(desk.site.database).after(0), 1)
    for _ in range(TRIES):
        assert await desk.store.claim("desk") is not None
        await desk.store.take_up(())
    assert await desk.store.claim("desk") is None
    (receipt,) = await desk.receipts.receipts()
    assert (receipt["state"], receipt["attempts"], receipt["error"] != "") == ("failed", TRIES, True)
    assert receipt["done_at"] is not None


async def test_a_destination_that_is_switched_on_again_is_not_told_what_is_long_over(desk: Desk) -> None:
    await desk.add("desk")
    await desk.raise_("old", severity="low")
    await desk.step()
    await desk.places.change("desk", {"enabled": False}, "kim")
    await desk.wait(60 + WORTH_MS / 1000)
    await desk.places.change("desk", {"enabled": True}, "kim")
    await desk.raise_("new", severity="low")
    await desk.step()
    await desk.wait(60)
    assert [state["id"] for _, parcel in desk.outside.got for state in parcel.alarms] == ["new"]
    assert [one["state"] for one in await desk.receipts.receipts(alarm="old")] == ["failed"]


async def test_what_is_for_a_destination_that_was_shut_waits_and_goes_once_it_is_open(site: Site) -> None:
    desk = Desk(site)
    await desk.add("office")
    await desk.add("yard")
    await desk.lead()
    ways, office = SqlWays(site.database, site.clock, ()), Way("message", "office", True, False, "row", "https")
    await ways.put(office, is_open=False, who="kim", reason="not ours", address="")
    await desk.raise_(uuid7())
    await desk.step()
    assert [name for name, _ in desk.outside.got] == ["yard"]
    assert {one["name"]: (one["shut"], one["waiting"]) for one in await desk.places.all()} == {
        "office": (True, 1), "yard": (False, 0),
    }  # fmt: skip
    await ways.put(office, is_open=True, who="kim", reason="it is", address="")
    await desk.step()
    assert [name for name, _ in desk.outside.got] == ["yard", "office"]
