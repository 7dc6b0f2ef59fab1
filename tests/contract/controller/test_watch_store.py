"""Alarms about the system itself, on both databases: told once, ended once, whoever watches."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select, update

from controller.adapters.alarm_store import AlarmStore
from controller.adapters.feed import Feed
from controller.adapters.lease_store import under
from controller.adapters.node_store import NodeStore
from controller.adapters.tables import AlarmHistoryRow, BackfillRow, DestinationRow, NodeRow
from controller.adapters.watch_store import SqlWatchStore
from controller.api.alarm_schemas import AlarmDetailOut
from controller.api.schemas import AlarmOut
from controller.app.notify import policies
from controller.core.conditions import Bounds
from controller.core.lease import Term
from controller.core.lifecycle import Deed
from controller.core.watch import AGAIN_MS, CLEAR_MS
from controller.flows.watch_alarms import WatchAlarms
from controller.ports import Received
from controller.watch_settings import FootageLost, Tamper, Watch
from shared.errors import Transient
from shared.ids import CameraId, NodeId
from shared.messages import AnyFact
from shared.mint import uuid7
from shared.texts import Text, say
from tests.builders import AGENT, T0, node_health, node_status, run_fact, tamper_fact
from tests.contract.controller.conftest import SITE, Site
from tests.fakes.led import drop, take

S = 1_000
GIB = 2**30
LEASE = f"watch:{SITE}"


class Told:
    """Verification's state, the nodes' commands and the bell, as the watch needs them."""

    def __init__(self) -> None:
        self.wrong: Text | None = None
        self.promoted: list[tuple[str, int, int]] = []
        self.down = False

    async def complaint(self) -> Text | None:
        return self.wrong

    async def promote(self, camera: CameraId, start_ms: int, end_ms: int) -> None:
        if self.down:
            raise Transient("broker: not connected")
        self.promoted.append((camera, start_ms, end_ms))

    async def ring(self, which: str) -> None:
        assert which == "feed"

    async def wait(self, which: str, timeout_s: float) -> None: ...


class Guard:
    """A watch on a site's database, with what it hears."""

    def __init__(self, site: Site, holder: str = "one", settings: Watch | None = None) -> None:
        self.site, self.term, self.told, self.broker = site, Term(LEASE, holder), Told(), True
        wanted = policies(settings or Watch())
        led = under(site.database, site.clock, self.term)
        store = SqlWatchStore(led, site.clock, SITE, wanted, uuid7)
        self.watch = WatchAlarms(
            store, self.told, self.told, self.told, site.clock, wanted, Bounds(GIB, 0.8, 1000), lambda: self.broker
        )

    async def lead(self) -> "Guard":
        await take(self.site.database, self.site.clock, self.term)
        return self

    async def look(self) -> tuple[str, ...]:
        await take(self.site.database, self.site.clock, Term(f"ingest:{SITE}", "ingest"))
        return await self.watch.look()

    async def look_for(self, seconds: int, meanwhile: Callable[[], Any] | None = None) -> tuple[str, ...]:
        """Look every 5 s; new alarms."""
        raised: tuple[str, ...] = ()
        for _ in range(0, seconds, 5):
            self.site.clock.at_ms += 5 * S
            if meanwhile is not None:
                await meanwhile()
            raised += await self.look()
        return raised


async def hear(site: Site, *facts: AnyFact) -> None:
    for taken in await site.facts.save_facts([Received(NodeId("gate"), b"", fact) for fact in facts]):
        assert taken.outcome in {"accepted", "duplicate"}


async def healthy(site: Site, state: str = "live", **health: Any) -> None:
    """The node says that it is there, and how its machine and its camera are."""
    await site.facts.save_status(node_status("gate.yard", "gate.door"))
    camera = {"id": "gate.yard", "state": state, **health.pop("camera", {})}
    await site.facts.save_health(node_health(**({"disk_free_bytes": 9 * GIB} | health), cameras=[camera]))


async def alarms(site: Site) -> list[AlarmOut]:
    page = await site.queries.alarms(state="all", camera=None, severity=None, cursor=None, limit=50)
    return [AlarmOut.model_validate(item) for item in page["items"]]


async def detail(site: Site, alarm: str) -> AlarmDetailOut:
    return AlarmDetailOut.model_validate(await site.queries.alarm(alarm))


async def test_a_node_that_goes_away_is_one_alarm_and_its_return_ends_it(site: Site) -> None:
    guard = await Guard(site).lead()
    await healthy(site)
    assert await guard.look_for(60, lambda: healthy(site)) == ()
    gone_ms = site.clock.at_ms
    await site.facts.save_status(node_status(state="offline"))
    assert await guard.look_for(25) == ()
    (raised,) = await guard.look_for(60)
    (alarm,) = await alarms(site)
    assert (alarm.id, alarm.kind, alarm.node, alarm.camera) == (raised, "node_away", "gate", None)
    assert (alarm.number, alarm.state, alarm.severity, alarm.occurrences) == (1, "raised", "high", 1)
    assert (alarm.condition_ms, alarm.end_ms) == (gone_ms + 30 * S, None)
    assert alarm.detail.startswith("node gate does not answer, nor do its cameras (door, yard)")
    assert alarm.said is not None
    assert alarm.said.code == "alarm_node_away"
    back_ms = site.clock.at_ms + 5 * S
    assert await guard.look_for(30, lambda: healthy(site)) == ()
    found = await detail(site, raised)
    assert (found.alarm.end_ms, found.alarm.state, found.alarm.occurrences) == (back_ms, "raised", 1)
    assert [(one.start_ms, one.end_ms) for one in found.occurrences] == [(gone_ms, back_ms)]
    assert [entry.what for entry in found.history] == ["raised", "cleared"]
    assert found.verdicts == []
    fed = [row["data"] for row in await Feed(site.database).after(0, 200) if row["kind"] == "alarm"]
    assert [(row["rev"], row["end_ms"]) for row in fed] == [(1, None), (2, back_ms)]


async def test_away_again_soon_joins_its_alarm_until_that_was_resolved(site: Site) -> None:
    guard = await Guard(site).lead()

    async def away() -> tuple[str, ...]:
        await site.facts.save_status(node_status(state="offline"))
        raised = await guard.look_for(60)
        await guard.look_for(30, lambda: healthy(site))
        return raised

    await healthy(site)
    (first,) = await away()
    assert await away() == ()
    (alarm,) = await alarms(site)
    assert alarm.occurrences == 2
    await AlarmStore(site.database, site.clock).act(first, Deed("resolve", "kim", assessment="true"))
    (second,) = await away()
    site.clock.at_ms += AGAIN_MS
    await healthy(site)
    (third,) = await away()
    assert len({first, second, third}) == 3


async def test_a_new_leader_raises_nothing_again_and_the_old_one_writes_nothing(site: Site) -> None:
    old = await Guard(site, "old").lead()
    await healthy(site)
    await site.facts.save_status(node_status(state="offline"))
    await old.look_for(60)
    await drop(site.database, site.clock, old.term)
    new = await Guard(site, "new").lead()
    assert await new.look_for(120) == ()
    await hear(site, tamper_fact())
    with pytest.raises(Transient, match="no longer ours"):
        await old.look()
    assert [alarm.kind for alarm in await alarms(site)] == ["node_away"]
    assert len(await new.look()) == 1
    await new.look_for(30, lambda: healthy(site))
    assert {alarm.kind for alarm in await alarms(site) if alarm.end_ms is not None} == {"node_away"}


async def test_nobody_is_away_while_the_controller_hears_nobody(site: Site) -> None:
    guard = await Guard(site).lead()
    await healthy(site)
    guard.broker = False
    assert await guard.look_for(300) == ()
    guard.broker = True
    assert await guard.look_for(25) == ()
    assert len(await guard.look_for(10)) == 1


async def test_a_node_that_is_switched_off_is_not_missed(site: Site) -> None:
    guard = await Guard(site).lead()
    await healthy(site)
    assert len(await guard.look_for(90)) == 1
    await NodeStore(site.database, site.clock).switch(NodeId("gate"), "kim", enabled=False)
    await guard.look_for(20)
    (alarm,) = await alarms(site)
    assert alarm.end_ms is not None


async def test_a_camera_that_stalls_and_a_node_in_trouble(site: Site) -> None:
    guard = await Guard(site).lead()
    ring = {"ring_short": True, "ring_reach_s": 540, "ring_min_s": 1800}

    async def suffering() -> None:
        await healthy(site, "stalled", camera=ring, disk_free_bytes=GIB // 2, throttled_now=("under-voltage",))

    await guard.look_for(120, suffering)
    found = {(alarm.kind, alarm.cause, alarm.camera): alarm for alarm in await alarms(site)}
    assert set(found) == {
        ("camera_stalled", "", "gate.yard"),
        ("node_trouble", "disk", None),
        ("node_trouble", "power", None),
        ("node_trouble", "ring", "gate.yard"),
    }
    assert {alarm.node for alarm in found.values()} == {"gate"}
    assert found["node_trouble", "disk", None].severity == "medium"
    assert found["node_trouble", "disk", None].said is not None
    await guard.look_for(CLEAR_MS // S + 5, lambda: healthy(site))
    assert all(alarm.end_ms is not None for alarm in await alarms(site))
    assert len(await alarms(site)) == 4


async def test_what_an_earlier_start_of_the_agent_told_is_no_trouble(site: Site) -> None:
    guard = await Guard(site).lead()
    await healthy(site, disk_free_bytes=1)
    async with site.database.writing() as session:
        await session.execute(update(NodeRow).values(agent_start=AGENT.replace("1", "2")))
    assert await guard.look_for(20) == ()
    assert (await guard.watch.store.sight()).nodes[0].machine is None


async def test_verification_that_degrades_is_the_sites_alarm(site: Site) -> None:
    guard = await Guard(site).lead()
    guard.told.wrong = say("alarm_worker_away")
    (raised,) = await guard.look_for(30)
    found = await detail(site, raised)
    assert (found.alarm.kind, found.alarm.camera, found.alarm.node) == ("verification_degraded", None, None)
    guard.told.wrong = None
    await guard.look_for(20)
    assert (await detail(site, raised)).alarm.end_ms is not None


async def test_tampering_is_an_alarm_with_its_span_and_promotes_what_was_seen(site: Site) -> None:
    guard = await Guard(site).lead()
    began = tamper_fact()
    await hear(site, began)
    guard.told.down = True
    (raised,) = await guard.look()
    guard.told.down = False
    await guard.look()
    assert guard.told.promoted == [("gate.yard", T0 - 10 * S, T0 + 10 * S)]
    (alarm,) = await alarms(site)
    assert (alarm.kind, alarm.cause, alarm.camera, alarm.node) == ("tamper", "covered", "gate.yard", "gate")
    assert (alarm.condition_ms, alarm.end_ms, alarm.clip_ready) == (T0, None, False)
    over = tamper_fact(tamper=began.tamper, rev=2, end_ms=T0 + 60 * S)
    await hear(site, over)
    assert await guard.look() == ()
    ended = await detail(site, raised)
    assert (ended.alarm.end_ms, ended.alarm.occurrences) == (T0 + 60 * S, 1)
    assert [entry.what for entry in ended.history] == ["raised", "cleared"]
    rev = ended.alarm.rev
    await hear(site, began, over)  # a resync
    assert await guard.look() == ()
    assert (await detail(site, raised)).alarm.rev == rev
    assert (await guard.watch.store.sight()).tampers == ()


async def test_each_kind_of_tampering_is_its_own_situation(site: Site) -> None:
    guard = await Guard(site).lead()
    for kind in ("covered", "blurred", "moved", "frozen", "black"):
        await hear(site, tamper_fact(kind=kind, end_ms=T0 + 5 * S))
    assert len(await guard.look()) == 5
    await hear(site, tamper_fact(kind="black", start_ms=T0 + 20 * S))
    assert await guard.look() == ()
    by_cause = {alarm.cause: (alarm.occurrences, alarm.end_ms) for alarm in await alarms(site)}
    assert by_cause["black"] == (2, None)
    assert by_cause["moved"] == (1, T0 + 5 * S)


async def test_lost_footage_names_its_span_and_the_reason_once(site: Site) -> None:
    guard = await Guard(site).lead()
    told = [
        run_fact(state="lost", rev=2, start_ms=T0 + n * 10 * S, end_ms=T0 + (n + 1) * 10 * S, reason="overwritten")
        for n in range(3)
    ]
    await hear(site, *told[:2])
    (raised,) = await guard.look()
    await hear(site, told[2])
    assert await guard.look() == ()
    (alarm,) = await alarms(site)
    assert (alarm.kind, alarm.camera, alarm.occurrences) == ("footage_lost", "gate.yard", 1)
    assert (alarm.condition_ms, alarm.end_ms) == (T0, T0 + 30 * S)
    assert "overwritten" in alarm.detail
    assert [(one.start_ms, one.end_ms) for one in (await detail(site, raised)).occurrences] == [(T0, T0 + 30 * S)]
    rev = alarm.rev
    again = [fact.model_copy(update={"id": uuid7(), "rev": 3}) for fact in told]
    await hear(site, *told, *again)  # a resync, and the same loss at a later revision
    assert await guard.look() == ()
    assert [(one.rev, one.number) for one in await alarms(site)] == [(rev, 1)]
    assert (await guard.watch.store.sight()).lost == ()


async def test_due_footage_that_its_node_no_longer_has_is_lost_and_what_a_person_asked_for_is_told_there(
    site: Site,
) -> None:
    guard = await Guard(site).lead()
    async with site.database.writing() as session:
        for why, start_ms in (("plan", T0), ("request", T0 + 3_600_000)):
            values: dict[str, Any] = {
                "node": "gate",
                "camera": "gate.yard",
                "media_class": "continuous",
                "rank": 1,
                "created_ms": T0,
            }
            span: dict[str, Any] = {
                "start_ms": start_ms,
                "end_ms": start_ms + 60 * S,
                "why": why,
                "state": "gone",
                "reason": "gone",
            }
            session.add(BackfillRow(id=uuid7(), **values, **span))
    (raised,) = await guard.look()
    assert await guard.look() == ()
    found = await detail(site, raised)
    assert [(one.start_ms, one.end_ms) for one in found.occurrences] == [(T0, T0 + 60 * S)]
    assert (await guard.watch.store.sight()).lost == ()


async def test_what_is_lost_after_somebody_resolved_is_told_anew(site: Site) -> None:
    guard = await Guard(site).lead()
    await hear(site, run_fact(state="lost", start_ms=T0, end_ms=T0 + 10 * S))
    (first,) = await guard.look()
    await AlarmStore(site.database, site.clock).act(first, Deed("resolve", "kim", assessment="true"))
    await hear(site, run_fact(state="lost", start_ms=T0 + 10 * S, end_ms=T0 + 20 * S))
    (second,) = await guard.look()
    assert second != first


async def test_kinds_that_are_switched_off_raise_nothing_now_nor_later(site: Site) -> None:
    quiet = Watch(tamper=Tamper(on=False), footage_lost=FootageLost(on=False))
    guard = await Guard(site, settings=quiet).lead()
    await hear(site, tamper_fact(), run_fact(state="lost"))
    assert await guard.look() == ()
    assert guard.told.promoted == []
    loud = await Guard(site).lead()
    assert await loud.look() == ()
    assert await alarms(site) == []


async def test_people_handle_them_like_any_alarm(site: Site) -> None:
    guard = await Guard(site).lead()
    guard.told.wrong = say("alarm_worker_away")
    (raised,) = await guard.look_for(30)
    store = AlarmStore(site.database, site.clock)
    await store.act(raised, Deed("acknowledge", "kim", "on my way"))
    await store.act(raised, Deed("resolve", "kim", "restarted it", assessment="true"))
    assert await guard.look_for(60) == ()  # it lasts, and was handled: nothing new
    guard.told.wrong = None
    await guard.look_for(20)
    async with site.database.reading() as session:
        rows = await session.scalars(select(AlarmHistoryRow).order_by(AlarmHistoryRow.id))  # type: ignore[arg-type]
        assert [(row.who, row.what) for row in rows] == [
            ("system", "raised"),
            ("kim", "acknowledged"),
            ("kim", "resolved"),
            ("system", "cleared"),
        ]


async def test_a_destination_that_nothing_reaches_is_one_alarm_until_something_does(site: Site) -> None:
    guard = await Guard(site).lead()
    dead: dict[str, Any] = {
        "name": "desk", "kind": "webhook", "scheme": "https", "sealed": "x", "language": "ko",
        "created_at": site.clock.now(), "created_by": "kim", "dead_since": site.clock.now(),
        "last_error": "no answer in 15 s",
    }  # fmt: skip
    async with site.database.writing() as session:
        session.add(DestinationRow(**dead))
    (alarm,) = await guard.look_for(20)
    found = AlarmDetailOut.model_validate(await site.queries.alarm(alarm)).alarm
    assert (found.kind, found.cause, found.end_ms) == ("channel_dead", "desk", None)
    assert "no answer in 15 s" in found.detail
    async with site.database.writing() as session:
        await session.execute(update(DestinationRow).values(dead_since=None))
    assert await guard.look_for(20) == ()
    assert AlarmDetailOut.model_validate(await site.queries.alarm(alarm)).alarm.end_ms is not None


async def test_a_store_that_is_away_is_one_alarm_until_it_is_back(site: Site) -> None:
    guard = await Guard(site).lead()
    store = Told()
    guard.watch.objects = store
    store.wrong = say("alarm_store_away")
    assert len(await guard.look_for(60)) == 1
    (alarm,) = await alarms(site)
    assert (alarm.kind, alarm.severity, alarm.end_ms, alarm.detail) == ("store_away", "high", None, str(store.wrong))
    store.wrong = None
    assert await guard.look_for(30) == ()
    assert (await alarms(site))[0].end_ms is not None
