"""People, nodes, rules, alarms in people's hands, leases and retention, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import delete, select, update

from controller.adapters.alarm_store import AlarmStore
from controller.adapters.factor_store import SqlFactors
from controller.adapters.feed import Feed
from controller.adapters.lease_store import SqlLeaseStore
from controller.adapters.node_keys import make_node_keys
from controller.adapters.node_store import NodeStore
from controller.adapters.people_store import PeopleStore
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.rule_store import RuleStore
from controller.adapters.tables import AuditRow, CameraRow, JobRow, RunRow
from controller.adapters.try_store import SqlTries
from controller.api.schemas import AlarmOut, EventPage, NodeOut, RulesOut
from controller.core.lifecycle import Deed
from controller.core.retention import Retention
from controller.errors import Conflict, Missing, Unauthenticated
from controller.flows.login import LogIn
from controller.flows.slow_down import SlowDown
from controller.flows.sweep import sweep_once, sweep_pictures
from controller.ports import Received
from shared.errors import Rejected
from shared.ids import CameraId, NodeId
from shared.kinds import MediaClass
from shared.mint import uuid7
from tests.builders import T0, event_fact, occurrence, rule, run_fact, verdict
from tests.contract.controller.conftest import SITE, Site
from tests.fakes.site import MemoryObjects

DAY_MS = 24 * 3_600_000


async def audited(site: Site) -> list[str]:
    async with site.database.reading() as session:
        return [row.what for row in await session.scalars(select(AuditRow).order_by(AuditRow.id))]  # type: ignore[arg-type]


async def test_people_and_one_time_codes(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    await people.add_user("kim", "operator", password_hash=None, must_set_password=True, who="system")
    with pytest.raises(Conflict, match="taken"):
        await people.add_user("kim", "viewer", password_hash=None, must_set_password=True, who="system")
    await people.add_code("open sesame", "kim", site.clock.now() + timedelta(hours=1))
    assert await people.use_code("something else") is None
    used = await asyncio.gather(*(people.use_code("open sesame", "10.0.0.1") for _ in range(4)))
    assert [user.name for user in used if user is not None] == ["kim"]
    before = await people.user("kim")
    assert before is not None
    after = await people.set_password("kim", "$argon2id$x", "kim")
    assert (after.must_set_password, after.session_epoch) == (False, before.session_epoch + 1)
    await people.change("kim", "root", role=None, enabled=False)
    (kim,) = await people.users()
    assert not kim.enabled
    await people.add_code("late", "kim", site.clock.now() + timedelta(hours=1))
    assert await people.use_code("late") is None
    await people.add_code("old", "kim", site.clock.now() - timedelta(seconds=1))
    assert await people.use_code("old") is None
    assert await people.user("lee") is None
    with pytest.raises(Missing):
        await people.set_password("lee", "x", "lee")
    assert await audited(site) == ["user.add", "login.code", "user.password", "user.disable"]


async def test_a_code_is_void_once_something_newer_says_who_one_is(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    until = site.clock.now() + timedelta(hours=1)
    await people.add_user("park", "admin", password_hash="$argon2id$p", must_set_password=False, who="system")
    await people.add_user("kim", "operator", password_hash=None, must_set_password=True, who="system")
    for code in ("first", "second", "third"):
        await people.add_code(code, "kim", until)
    assert [await people.use_code(code) for code in ("first", "second")] == [None, None]
    assert await people.use_code("third") is not None
    await people.add_code("unused", "kim", until)
    await people.set_password("kim", "$argon2id$x", "kim")
    assert await people.use_code("unused") is None
    await people.add_code("nothing to set", "kim", until)
    assert await people.use_code("nothing to set") is None
    await people.add_code("before", "kim", until)
    await people.require_password("kim", "park", last_too=False)
    assert await people.use_code("before") is None
    await people.add_code("shut out", "kim", until)
    await people.change("kim", "park", role=None, enabled=False)
    await people.change("kim", "park", role=None, enabled=True)
    assert await people.use_code("shut out") is None


async def test_a_password_that_is_required_anew_is_worth_nothing(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    for name in ("kim", "park"):
        await people.add_user(name, "admin", password_hash="$argon2id$x", must_set_password=False, who="system")
    await people.require_password("kim", "park", last_too=False)
    kim = await people.user("kim")
    assert kim is not None
    assert (kim.password_hash, kim.must_set_password, kim.session_epoch) == (None, True, 1)
    await people.require_password("kim", "park", last_too=False)
    with pytest.raises(Rejected, match="administers"):
        await people.require_password("park", "park", last_too=False)
    park = await people.user("park")
    assert (park and park.password_hash, park and park.session_epoch) == ("$argon2id$x", 0)
    await people.require_password("park", "root", last_too=True)
    park = await people.user("park")
    assert park is not None
    assert park.password_hash is None


class PlainHashes:
    """Keeps passwords as they are."""

    async def make(self, password: str) -> str:
        return password

    async def fits(self, password: str, hashed: str | None) -> bool:
        return password == hashed


async def test_the_first_link_is_the_one_of_the_last_start(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    slow = SlowDown(SqlTries(site.database, site.clock), site.clock)
    factors = SqlFactors(site.database, site.clock, "k" * 64)
    login = LogIn(people, PlainHashes(), site.clock, slow, factors, frozenset)
    codes = [await login.first_code() or "" for _ in range(3)]
    with pytest.raises(Unauthenticated):
        await login.with_code(codes[0], "10.0.0.1")
    await login.set_password(await login.with_code(codes[2], "10.0.0.1"), "", "a long phrase of mine")
    with pytest.raises(Unauthenticated):
        await login.with_code(codes[1], "10.0.0.1")
    assert await login.first_code() is None
    await login.add("kim", "admin", "root")
    await people.set_password("kim", "another one", "kim")
    await people.change("admin", "kim", role="viewer", enabled=None)
    await login.add_code("kim", "root")
    code = await login.first_code()
    assert (await login.with_code(code or "", "10.0.0.1")).name == "kim", "nobody new administers after a restart"


async def test_somebody_is_left_who_administers(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    for name, hashed in (("kim", "$argon2id$x"), ("lee", None), ("park", "$argon2id$y")):
        role = "viewer" if name == "park" else "admin"
        await people.add_user(name, role, password_hash=hashed, must_set_password=False, who="system")
    for lost, enabled in (("viewer", None), (None, False)):
        with pytest.raises(Rejected, match="administers"):
            await people.change("kim", "kim", role=lost, enabled=enabled)
    with pytest.raises(Rejected, match="administers"):
        await people.change("kim", "root", role=None, enabled=False)
    assert (await people.change("park", "kim", role="admin", enabled=None)).session_epoch == 1
    assert (await people.change("kim", "park", role="operator", enabled=None)).role == "operator"
    assert (await people.change("kim", "park", role=None, enabled=True)).session_epoch == 1
    with pytest.raises(Missing):
        await people.change("choi", "park", role="viewer", enabled=None)
    assert await audited(site) == [*["user.add"] * 3, *["user.change"] * 2, "user.grant"]


async def test_rights_are_given_by_camera_and_taken_back(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    for name, role in (("kim", "admin"), ("park", "viewer")):
        await people.add_user(name, role, password_hash="$argon2id$x", must_set_password=False, who="system")
    async with site.database.writing() as session:
        session.add(CameraRow(id="gate.yard", node="gate"))
    rights = {"gate.yard": ["view", "export"], "gate": ["view"]}
    for _ in range(2):
        park = await people.give("park", rights, "kim", "10.0.0.1")
        assert (park.given, park.session_epoch) == (rights, 0)
    for name, given, fault in (("kim", {}, "everything"), ("park", {"gate.door": ["view"]}, "not known")):
        with pytest.raises(Rejected, match=fault):
            await people.give(name, given, "kim")
    with pytest.raises(Missing):
        await people.give("choi", None, "kim")
    async with site.database.writing() as session:
        await session.execute(delete(CameraRow))
    assert (await people.give("park", {"gate.yard": ["view"]}, "kim")).given == {"gate.yard": ["view"]}, "gone for now"
    assert (await people.change("park", "kim", role="admin", enabled=None)).given is None
    assert (await people.change("park", "kim", role="operator", enabled=None)).given == {"gate.yard": ["view"]}
    assert await audited(site) == [*["user.add"] * 2, *["user.grant"] * 2, *["user.change"] * 2]


async def test_nodes_are_enrolled_and_switched_off(site: Site) -> None:
    nodes = NodeStore(site.database, site.clock)
    assert await nodes.node_public_key(NodeId("gate")) is None
    _, first = make_node_keys()
    _, second = make_node_keys()
    await nodes.enrol(NodeId("gate"), first, "root")
    await nodes.enrol(NodeId("gate"), second, "root")
    assert await nodes.node_public_key(NodeId("gate")) == second
    await nodes.switch(NodeId("gate"), "root", enabled=False)
    assert await nodes.node_public_key(NodeId("gate")) is None
    (taken,) = await site.facts.save_facts([Received(NodeId("gate"), b"", event_fact())])
    assert taken.outcome == "dropped"
    assert [NodeOut.model_validate(state).state for state in await site.queries.nodes()] == ["offline"]
    with pytest.raises(Missing):
        await nodes.switch(NodeId("roof"), "root", enabled=True)


async def test_rules_are_replaced_with_a_version(site: Site) -> None:
    store = RuleStore(site.database, site.clock, SITE)
    nothing = await store.all()
    assert (nothing["version"], nothing["rules"], await store.history(None)) == (0, [], [])
    lawn = rule(zone=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), zone_name="lawn", regulation="산업안전보건기준 제32조")
    helmet = rule(name="helmet", kind="ppe_missing", required=("helmet",), camera=CameraId("gate.yard"), enabled=False)
    state = await store.replace([lawn, helmet], camera=None, expected_version=0, who="kim")
    shown = RulesOut.model_validate(state)
    assert (shown.version, [one.name for one in shown.rules]) == (1, ["lawn", "helmet"])
    with pytest.raises(Conflict, match="version 1"):
        await store.replace([], camera=None, expected_version=0, who="lee")
    assert await site.judging.rules(CameraId("gate.yard")) == (1, (lawn,))
    renamed = replace(lawn, id=rule().id, persistence_s=9.0)
    state = await store.replace([renamed, rule(name="gate")], camera=None, expected_version=1, who="kim")
    assert state["rules"][0]["id"] == lawn.id, "a known name keeps its id"
    one_camera = rule(name="door only", camera=CameraId("gate.door"))
    state = await store.replace([one_camera], camera=CameraId("gate.door"), expected_version=None, who="kim")
    assert [one["name"] for one in state["rules"]] == ["lawn", "gate", "door only"]
    version, names = await site.judging.rules(CameraId("gate.door"))
    assert (version, [one.name for one in names]) == (3, ["lawn", "gate", "door only"])
    assert [one.name for one in (await site.judging.rules(CameraId("gate.yard")))[1]] == ["lawn", "gate"]
    assert (await Feed(site.database).after(0))[-1]["data"] == await store.all()


async def raised(site: Site, count: int = 1, **given: Any) -> list[str]:
    ones = [occurrence(rule(**given), 2, 4) for _ in range(count)]
    return list(await site.judging.save_judgement(None, verdict(event=None), ones))


async def test_an_alarm_is_acknowledged_and_resolved_once(site: Site) -> None:
    (alarm,) = await raised(site)
    hands = AlarmStore(site.database, site.clock)
    first = AlarmOut.model_validate(await hands.act(alarm, Deed("acknowledge", "kim", "going there")))
    assert (first.state, first.rev, first.acknowledged_by) == ("acknowledged", 2, "kim")
    for _ in range(2):
        again = AlarmOut.model_validate(await hands.act(alarm, Deed("acknowledge", "lee", "me too")))
        assert (again.state, again.rev, again.acknowledged_by) == ("acknowledged", 3, "kim")
    assert AlarmOut.model_validate(await hands.act(alarm, Deed("acknowledge", "lee", " "))) == again
    resolved = await hands.act(alarm, Deed("resolve", "lee", "a cat", assessment="nuisance"))
    assert (resolved["state"], resolved["assessment"], resolved["acknowledged_by"]) == ("resolved", "nuisance", "kim")
    corrected = await hands.act(alarm, Deed("resolve", "lee", "no cat", assessment="true"))
    assert (corrected["assessment"], corrected["rev"]) == ("true", 5)
    noted = await hands.act(alarm, Deed("resolve", "lee", "it was the gardener", assessment="true"))
    assert (noted["assessment"], noted["resolved_at"], noted["rev"]) == ("true", resolved["resolved_at"], 6)
    assert await hands.act(alarm, Deed("resolve", "kim", assessment="true")) == noted
    with pytest.raises(Rejected, match="cannot be acknowledged"):
        await hands.act(alarm, Deed("acknowledge", "kim"))
    with pytest.raises(Missing):
        await hands.act(uuid7(), Deed("acknowledge", "kim"))
    history = (await site.queries.alarm(alarm))["history"]
    assert [(one["who"], one["what"], one["note"]) for one in history] == [
        ("system", "raised", ""),
        ("kim", "acknowledged", "going there"),
        ("lee", "noted", "me too"),
        ("lee", "resolved", "a cat"),
        ("lee", "resolved", "no cat"),
        ("lee", "noted", "it was the gardener"),
    ]
    assert (await Feed(site.database).after(0))[-1]["data"] == noted


async def test_alarms_come_in_pages_newest_first(site: Site) -> None:
    ids = await raised(site, 7)
    await raised(site, 2, severity="critical")
    await AlarmStore(site.database, site.clock).act(ids[3], Deed("resolve", "kim", assessment="true"))
    numbers: list[int] = []
    cursor = None
    while True:
        page = await site.queries.alarms(state="open", camera="gate.yard", severity="high", cursor=cursor, limit=3)
        numbers += [item["number"] for item in page["items"]]
        assert page["open_total"] == 8
        cursor = page["next"]
        if cursor is None:
            break
    assert numbers == [7, 6, 5, 3, 2, 1]
    for wrong in ("x", "-1", "1e3", "٣", "9" * 16):
        with pytest.raises(Rejected, match="cursor"):
            await site.queries.alarms(state="all", camera=None, severity=None, cursor=wrong, limit=3)
    with pytest.raises(Rejected, match="state"):
        await site.queries.alarms(state="on fire", camera=None, severity=None, cursor=None, limit=3)


async def test_events_come_in_pages_newest_first(site: Site) -> None:
    facts = [event_fact(start_ms=T0 + n // 2 * 1000, camera=f"gate.c{n % 2}") for n in range(9)]
    await site.facts.save_facts([Received(NodeId("gate"), b"", fact) for fact in facts])
    seen: list[str] = []
    cursor = None
    while True:
        state = await site.queries.events(camera=None, from_ms=T0 + 1000, to_ms=T0 + 4000, cursor=cursor, limit=4)
        page = EventPage.model_validate(state)
        seen += [event.id for event in page.items]
        cursor = page.next
        if cursor is None:
            break
    wanted = sorted((f for f in facts if T0 + 1000 <= f.start_ms < T0 + 4000), key=lambda f: (f.start_ms, f.event))
    assert seen == [fact.event for fact in reversed(wanted)]
    one = await site.queries.events(camera="gate.c0", from_ms=None, to_ms=None, cursor=None, limit=100)
    assert len(one["items"]) == 5
    with pytest.raises(Missing):
        await site.queries.event(uuid7())


async def test_a_lease_has_one_holder(site: Site) -> None:
    leases = SqlLeaseStore(site.database, site.clock)
    asked = await asyncio.gather(*(leases.take("ingest:yard", f"h{n}", 10_000) for n in range(5)))
    assert sorted(asked, key=str) == [1, None, None, None, None]
    holder = f"h{asked.index(1)}"
    site.clock.at_ms += 9_000
    assert await leases.renew("ingest:yard", holder, 1, 10_000)
    site.clock.at_ms += 9_000
    assert await leases.take("ingest:yard", "late", 10_000) is None
    await leases.release("ingest:yard", "late", 1)
    assert await leases.take("ingest:yard", "late", 10_000) is None
    site.clock.at_ms += 1_001
    assert await leases.take("ingest:yard", "late", 10_000) == 2
    assert not await leases.renew("ingest:yard", holder, 1, 10_000)
    await leases.release("ingest:yard", "late", 2)
    assert await leases.take("ingest:yard", "next", 10_000) == 3, "tokens only grow, whatever is given back"


async def test_sweep_leaves_tombstones_and_what_is_held(site: Site) -> None:
    objects, rows = MemoryObjects(), SqlRetentionStore(site.database, site.clock)
    ages: dict[MediaClass, int] = {"continuous": DAY_MS, "motion": DAY_MS, "gated": DAY_MS, "promoted": 9 * DAY_MS}
    facts = [
        run_fact(state="uploaded", start_ms=T0 + n * 10_000, end_ms=T0 + n * 10_000 + 8_000, media_class=media_class)
        for n, media_class in enumerate(["motion", "motion", "motion", "promoted"])
    ]
    await site.facts.save_facts([Received(NodeId("gate"), b"", fact) for fact in facts])
    for run in await site.runs.runs_to_check(10):
        objects.held[run.key] = (b"x", "m")
        await site.runs.mark_stored(run.run)
    async with site.database.writing() as session:
        await session.execute(update(RunRow).where(RunRow.id == facts[0].run).values(held=True))  # type: ignore[arg-type]
    assert await sweep_once(rows, objects, site.clock, Retention(ages)) == 0
    site.clock.at_ms += 2 * DAY_MS
    assert {kept.run for kept in await rows.oldest_runs(9, {facts[1].run})} == {facts[2].run, facts[3].run}
    assert await rows.old_pictures(T0, 9, {"yard/pictures/old.jpg"}) == ()
    objects.down = True
    assert await sweep_once(rows, objects, site.clock, Retention(ages)) == 0
    objects.down = False
    assert await sweep_once(rows, objects, site.clock, Retention(ages)) == 2
    assert len(objects.held) == 2
    async with site.database.reading() as session:
        states = {row.id: row.state for row in await session.scalars(select(RunRow))}
    assert [states[fact.run] for fact in facts] == ["stored", "expired", "expired", "stored"]
    assert await rows.stored_bytes() == 2_000
    assert await sweep_once(rows, objects, site.clock, Retention(ages, quota_bytes=1_500)) == 1
    (taken,) = await site.facts.save_facts([Received(NodeId("gate"), b"", facts[1])])
    assert taken.stored, "a node may forget what was stored and has gone since"
    await rows.prune()


async def test_ended_jobs_and_refused_logins_are_forgotten_and_what_people_did_is_kept(site: Site) -> None:
    rows, people = SqlRetentionStore(site.database, site.clock), PeopleStore(site.database, site.clock)
    async with site.database.writing() as session:
        for state in ("waiting", "done", "parked"):
            about: dict[str, Any] = {"kind": "stored", "once": state, "camera": "gate.yard", "start_ms": T0, "prio": 1}
            session.add(JobRow(**about, state=state, created_ms=site.clock.unix_ms()))
    for what in ("login", "login.refused"):
        await people.audit("guesser", what)

    async def left() -> tuple[set[str], set[str]]:
        await rows.prune()
        async with site.database.reading() as session:
            jobs = {row.state for row in await session.scalars(select(JobRow))}
            return jobs, {row.what for row in await session.scalars(select(AuditRow))}

    site.clock.at_ms += 6 * DAY_MS
    assert await left() == ({"waiting", "done", "parked"}, {"login", "login.refused"})
    site.clock.at_ms += 2 * DAY_MS
    assert await left() == ({"waiting"}, {"login", "login.refused"})
    site.clock.at_ms += 90 * DAY_MS
    assert await left() == ({"waiting"}, {"login"})


async def test_old_pictures_go_and_are_not_promised_any_more(site: Site) -> None:
    objects, rows = MemoryObjects(), SqlRetentionStore(site.database, site.clock)
    old = occurrence(rule(), 2, 4, picture_key="yard/pictures/old.jpg")
    new = occurrence(rule(), 100, 104, picture_key="yard/pictures/new.jpg")
    await site.judging.save_judgement(None, verdict(0, 110, event=None), [old, new])
    for key in ("yard/pictures/old.jpg", "yard/pictures/new.jpg"):
        await objects.put(key, b"jpeg", "image/jpeg")
    assert await sweep_pictures(rows, objects, site.clock, T0 + 50_000) == 1
    assert await sweep_pictures(rows, objects, site.clock, T0 + 50_000) == 0
    assert list(objects.held) == ["yard/pictures/new.jpg"]
    page = await site.queries.alarms(state="all", camera=None, severity=None, cursor=None, limit=9)
    assert [item["has_picture"] for item in page["items"]] == [True, False]
