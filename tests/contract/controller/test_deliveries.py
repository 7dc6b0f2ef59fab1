"""Telling people, on both databases: planned once, sent one by one, every message with its receipt."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from controller.adapters.delivery_store import SqlDeliveries, SqlReceipts
from controller.adapters.destination_store import SqlDestinations
from controller.adapters.feed import Feed, append_feed
from controller.adapters.lease_store import under
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import AuditRow, CameraRow
from controller.core.delivery import QUEUE, TRIES, Parcel, Way
from controller.core.lease import Term
from controller.errors import Conflict, Missing
from controller.flows.tell_people import TellPeople
from shared.clock import to_datetime
from shared.errors import Rejected, Transient
from shared.mint import uuid7
from tests.builders import T0
from tests.contract.controller.conftest import SITE, Site
from tests.fakes.led import take

LEASE = f"people:{SITE}"
ALARM: dict[str, Any] = {
    "number": 3, "rev": 1, "state": "raised", "withdrawn": False, "rule": "r1", "rule_name": "lawn",
    "kind": "zone_intrusion", "severity": "high", "camera": "n1.yard", "node": "n1", "cause": "", "detail": "",
    "zone_name": "lawn", "condition_ms": T0, "raised_at": to_datetime(T0 + 1).isoformat(), "occurrences": 1,
    "late": False, "regulation": "", "said": None, "has_picture": True,
}  # fmt: skip


@dataclass
class Outside:
    """Where messages arrive, and what keeps them from it."""

    got: list[tuple[str, Parcel]] = field(default_factory=list)
    faults: dict[str, Exception] = field(default_factory=dict)
    holds: dict[str, asyncio.Event] = field(default_factory=dict)

    def busy(self, name: str) -> bool:
        del name
        return False

    async def send(self, way: Way, parcel: Parcel) -> None:
        if way.name in self.holds:
            await self.holds[way.name].wait()
        if way.name in self.faults:
            raise self.faults[way.name]
        self.got.append((way.name, parcel))

    async def of_alarm(self, alarm: str) -> bytes | None:
        del alarm
        return b"jpeg"

    async def ring(self, which: str) -> None: ...

    async def wait(self, which: str, timeout_s: float) -> None: ...


class Desk:
    """A site's destinations with somebody who tells them."""

    def __init__(self, site: Site, holder: str = "one") -> None:
        self.site, self.outside = site, Outside()
        self.places = SqlDestinations(site.database, site.clock)
        self.receipts = SqlReceipts(site.database, site.clock, uuid7)
        self.term = Term(LEASE, holder)
        self.store = SqlDeliveries(under(site.database, site.clock, self.term), site.clock, uuid7)
        self.tell = self.fresh()

    def fresh(self) -> TellPeople:
        """Somebody who begins to tell, knowing nothing."""
        return TellPeople(
            Feed(self.site.database), self.store, self.outside, self.outside, self.outside, self.site.clock, SITE,
            "https://cctv", ZoneInfo("Asia/Seoul"),
        )  # fmt: skip

    async def lead(self) -> "Desk":
        await take(self.site.database, self.site.clock, self.term)
        await self.step()
        return self

    async def add(self, name: str, lines: tuple[tuple[str | None, str], ...] = ((None, "low"),), **given: Any) -> None:
        values = {
            "name": name, "kind": "webhook", "scheme": "https", "sealed": "v1.x", "owner": None, "language": "en",
            "pictures": False, "private": False,
        }  # fmt: skip
        state = await self.places.add({**values, **given}, "kim")
        await self.places.subscribe(name, state["owner"], lines, "kim")

    async def raise_(self, alarm: str, **change: Any) -> None:
        async with self.site.database.writing() as session:
            await append_feed(
                self.site.database, session, self.site.clock, [("alarm", {**ALARM, "id": alarm, **change})]
            )

    async def step(self) -> None:
        while await self.tell.step():
            pass
        await self.tell.idle()
        assert self.tell._broken is None, self.tell._broken

    async def wait(self, seconds: float) -> None:
        self.site.clock.at_ms += round(seconds * 1000)
        await self.step()

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(name, parcel.title) for name, parcel in self.outside.got]

    async def states(self) -> list[str]:
        return [one["state"] for one in await self.receipts.receipts(limit=500)]


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if getattr(request, "param", "sqlite") == "sqlite":
        return f"sqlite:///{tmp_path}/db.sqlite3"
    return str(request.getfixturevalue("postgres_url"))


both = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)], indirect=True
)
"""Where the statements are the database's own; all else is the same on both."""


@pytest.fixture
async def desk(site: Site) -> Desk:
    return await Desk(site).lead()


@both
async def test_an_alarm_is_told_once_and_its_occurrences_are_not(desk: Desk) -> None:
    await desk.add("desk")
    await desk.add("boss", ((None, "critical"),))
    await desk.raise_("a1")
    for rev in range(2, 5):
        await desk.raise_("a1", rev=rev, occurrences=rev)
        await desk.step()
    assert desk.told == [("desk", "[High] Zone intrusion: lawn · n1.yard · #3")]
    await desk.raise_("a1", severity="critical")
    await desk.raise_("a2", number=4)
    await desk.step()
    assert sorted(name for name, _ in desk.told) == ["boss", "desk", "desk", "desk"]
    (receipt,) = await desk.receipts.receipts(alarm="a2")
    assert (receipt["state"], receipt["attempts"], receipt["alarm_number"]) == ("delivered", 1, 4)


async def test_medium_and_low_come_as_one_digest_a_minute(desk: Desk) -> None:
    await desk.add("desk")
    for number in range(3):
        await desk.raise_(f"a{number}", number=number, severity="medium" if number else "low")
    await desk.step()
    assert desk.told == []
    await desk.wait(60)
    await desk.wait(60)
    assert [title for _, title in desk.told] == ["3 alarms (Medium 2, Low 1)"]
    assert await desk.states() == ["delivered"] * 3


@both
async def test_a_digest_that_is_tried_again_is_the_same_message(desk: Desk) -> None:
    await desk.add("desk")
    await desk.raise_("a1", severity="low")
    await desk.raise_("a2", severity="low", number=9)
    desk.outside.faults["desk"] = Transient("away")
    await desk.wait(60)
    await desk.raise_("a3", severity="low")
    await desk.wait(60)
    assert desk.told == []
    desk.outside.faults.clear()
    await desk.wait(600)
    contents = [{state["id"] for state in parcel.alarms} for _, parcel in desk.outside.got]
    assert contents in ([{"a1", "a2"}, {"a3"}], [{"a3"}, {"a1", "a2"}])


async def test_a_destination_that_hangs_or_fails_delays_nobody_else(desk: Desk) -> None:
    for name in ("hangs", "fails", "desk"):
        await desk.add(name)
    desk.outside.holds["hangs"] = asyncio.Event()
    desk.outside.faults["fails"] = Transient("away")
    for number in range(4):
        await desk.raise_(f"a{number}", number=number)
    while len(desk.told) < 4:
        await desk.tell.step()
        await asyncio.sleep(0)
    assert {name for name, _ in desk.told} == {"desk"}
    desk.outside.holds["hangs"].set()
    await desk.step()
    assert sorted(name for name, _ in desk.told) == ["desk"] * 4 + ["hangs"] * 4


async def test_tries_are_bounded_and_the_destination_is_dead_until_something_gets_through(desk: Desk) -> None:
    await desk.add("desk")
    desk.outside.faults["desk"] = Transient("the receiver answered 500")
    await desk.raise_("a1")
    dead: list[bool] = []
    for _ in range(40):
        await desk.wait(100)
        dead.append((await desk.places.one("desk"))["dead_since"] is not None)
    assert dead[-1]
    (receipt,) = await desk.receipts.receipts()
    assert (receipt["state"], receipt["attempts"], receipt["error"]) == ("failed", TRIES, "the receiver answered 500")
    desk.outside.faults.clear()
    await desk.receipts.put_test("desk")
    await desk.step()
    state = await desk.places.one("desk")
    assert (state["dead_since"], state["failures"], state["last_error"]) == (None, 0, "")


async def test_a_test_is_tried_once_and_at_once_even_while_its_destination_is_left_alone(desk: Desk) -> None:
    await desk.add("desk")
    desk.outside.faults["desk"] = Transient("away")
    await desk.raise_("a1")
    await desk.step()
    message = await desk.receipts.put_test("desk")
    await desk.step()
    (receipt,) = await desk.receipts.receipts(message=message)
    assert (receipt["state"], receipt["attempts"]) == ("failed", 1)


async def test_an_address_that_can_never_be_used_is_given_up_at_once(desk: Desk) -> None:
    await desk.add("desk")
    desk.outside.faults["desk"] = Rejected("desk", "cannot be unsealed")
    await desk.raise_("a1")
    await desk.step()
    assert await desk.states() == ["failed"]


async def test_pictures_leave_only_where_the_switch_says_so_and_the_switch_is_audited(desk: Desk) -> None:
    await desk.add("inside")
    await desk.add("outside")
    await desk.places.change("outside", {"pictures": True}, "kim", "10.0.0.9")
    await desk.raise_("a1")
    await desk.step()
    assert {name: parcel.picture_jpeg for name, parcel in desk.outside.got} == {"inside": None, "outside": b"jpeg"}
    async with desk.site.database.reading() as session:
        (row,) = await session.scalars(select(AuditRow).where(AuditRow.what == "destination.change"))
    assert (row.who, row.subject, row.address, row.detail["pictures"]) == ("kim", "outside", "10.0.0.9", True)


async def test_what_was_on_its_way_when_the_process_ended_is_sent_again_and_nothing_else(desk: Desk) -> None:
    await desk.add("desk")
    await desk.raise_("a1")
    desk.outside.holds["desk"] = asyncio.Event()
    await desk.tell.step()
    while await desk.states() != ["sending"]:
        await asyncio.sleep(0)
    for task in desk.tell._busy.values():
        task.cancel()
    await desk.tell.idle()
    desk.outside.holds.clear()
    await desk.raise_("a2", number=4)
    desk.tell = desk.fresh()
    await desk.step()
    await desk.step()
    assert sorted(parcel.alarms[0]["id"] for _, parcel in desk.outside.got) == ["a1", "a2"]
    assert [one["attempts"] for one in await desk.receipts.receipts(alarm="a1")] == [2]


async def test_who_has_lost_the_lease_writes_nothing(desk: Desk) -> None:
    await desk.add("desk")
    await desk.raise_("a1")
    desk.site.clock.at_ms += 10**9 + 1
    await take(desk.site.database, desk.site.clock, Term(LEASE, "another"))
    with pytest.raises(Transient, match="lease"):
        await desk.tell.step()
    assert await desk.states() == []
    assert await Feed(desk.site.database).cursor("people") == 0


@both
async def test_a_full_queue_gives_up_the_least_grave_and_says_so(desk: Desk) -> None:
    await desk.add("desk")
    items = [("alarm", {**ALARM, "id": f"a{number}", "severity": "low"}) for number in range(QUEUE)]
    async with desk.site.database.writing() as session:
        await append_feed(desk.site.database, session, desk.site.clock, items)
    await desk.raise_("grave", severity="critical")
    desk.outside.holds["desk"] = asyncio.Event()
    while await desk.tell.step():
        pass
    states = await desk.states()
    assert (states.count("dropped"), states.count("waiting") + states.count("sending")) == (1, QUEUE)
    assert [one["state"] for one in await desk.receipts.receipts(alarm="a0")] == ["dropped"]
    desk.outside.holds["desk"].set()
    await desk.tell.idle()


async def test_a_persons_quiet_hours_hold_their_messages_back(desk: Desk) -> None:
    await PeopleStore(desk.site.database, desk.site.clock).add_user(
        "kim", "viewer", password_hash=None, must_set_password=True, who="test"
    )
    await desk.add("kim-phone", owner="kim")
    await desk.places.put_quiet("kim", _quiet(desk, critical_through=True), "kim")
    await desk.raise_("a1")
    await desk.raise_("a2", number=4, severity="critical")
    await desk.step()
    assert [parcel.alarms[0]["id"] for _, parcel in desk.outside.got] == ["a2"]
    await desk.wait(3 * 3600)
    assert [parcel.alarms[0]["id"] for _, parcel in desk.outside.got] == ["a2", "a1"]
    await PeopleStore(desk.site.database, desk.site.clock).change("kim", "test", role=None, enabled=False)
    await desk.raise_("a3")
    await desk.wait(3 * 3600)
    assert len(desk.told) == 2


def _quiet(desk: Desk, **given: Any) -> Mapping[str, Any]:
    """From an hour before now to an hour after."""
    minute = desk.site.clock.unix_ms() // 60_000 % 1440
    return {"from_min": (minute - 60) % 1440, "until_min": (minute + 60) % 1440, "timezone": "UTC", **given}


@both
async def test_a_destination_goes_with_what_waits_for_it_and_its_receipts_stay(desk: Desk) -> None:
    await desk.add("desk")
    await desk.raise_("a1", severity="low")
    await desk.step()
    await desk.places.remove("desk", "kim")
    await desk.wait(120)
    assert (desk.told, await desk.states()) == ([], ["failed"])
    with pytest.raises(Missing):
        await desk.places.remove("desk", "kim")
    await desk.add("desk")
    with pytest.raises(Conflict):
        await desk.add("desk")
    assert "sealed" not in str(await desk.places.all())
    await desk.store.prune(desk.site.clock.unix_ms() + 1)
    assert await desk.states() == []


async def test_what_a_destination_is_told_of_is_replaced_and_what_stays_keeps_its_age(desk: Desk) -> None:
    await desk.add("desk", ((None, "low"), ("lawn", "never")))
    lines = await desk.places.subscribe("desk", None, (("lawn", "low"), ("gate", "high")), "kim")
    assert [(line["rule"], line["threshold"]) for line in lines] == [("lawn", "low"), ("gate", "high")]
    with pytest.raises(Missing):
        await desk.places.subscribe("nowhere", None, (), "kim")


async def test_channel_that_is_off_is_told_nothing(desk: Desk) -> None:
    await desk.add("desk")
    await desk.raise_("a0", severity="low")
    await desk.step()
    await desk.places.change("desk", {"enabled": False}, "kim")
    await desk.raise_("a1")
    await desk.wait(120)
    assert desk.told == []


async def test_nobody_is_told_of_a_camera_that_they_may_not_view(site: Site) -> None:
    desk = await Desk(site).lead()
    people = PeopleStore(site.database, site.clock)
    async with site.database.writing() as session:
        session.add_all(CameraRow(id=one, node="n1") for one in ("n1.yard", "n1.door"))
    await people.add_user("lee", "viewer", password_hash="x", must_set_password=False, who="t")
    await people.give("lee", {"n1.yard": ["view"]}, "kim")
    await desk.add("office")
    await desk.add("lees", owner="lee", pictures=True)
    await desk.raise_("a1", camera="n1.door", cameras=["n1.door"])
    await desk.raise_("a2", camera="n1.door", cameras=["n1.door", "n1.yard"])
    await desk.raise_("a3", cameras=["n1.yard"])
    desk.outside.faults["lees"] = Transient("away")
    await desk.raise_("a4", cameras=["n1.yard"])
    await desk.step()
    assert sorted(str(parcel.alarms[0]["id"]) for name, parcel in desk.outside.got if name == "office") == [
        *("a1", "a2", "a3", "a4")
    ]
    waiting = await desk.receipts.receipts(destination="lees")
    assert sorted(one["alarm"] for one in waiting) == ["a2", "a3", "a4"]
    await people.give("lee", {"n1.door": ["view"]}, "kim")
    desk.outside.faults.clear()
    await desk.wait(120)
    told = [parcel for name, parcel in desk.outside.got if name == "lees"]
    assert "n1.yard" not in str(told)
    states = {one["alarm"]: one["state"] for one in await desk.receipts.receipts(destination="lees")}
    assert (states["a3"], states["a4"]) == ("dropped", "dropped")
