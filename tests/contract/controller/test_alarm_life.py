"""The whole life of an alarm on both databases: hands, shelves, escalation, places, maintenance, numbers."""

import asyncio
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import delete

from controller.adapters.alarm_numbers import LEAP, AlarmNumbers
from controller.adapters.alarm_reads import AlarmReads
from controller.adapters.alarm_store import AlarmStore
from controller.adapters.feed import Feed
from controller.adapters.lease_store import under
from controller.adapters.maintenance_store import MaintenanceStore
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import AlarmHistoryRow, AlarmRow, OccurrenceRow, SiteRow
from controller.adapters.tend_store import SqlTendStore
from controller.api.alarm_schemas import AlarmDetailOut, AlarmLoadOut, OccurrenceDetailOut
from controller.api.schemas import AlarmOut, CameraOut, MaintenanceOut
from controller.core.lease import Term
from controller.core.lifecycle import Deed, Life, Move, done
from controller.core.tending import Patience
from controller.errors import Changed, Missing
from controller.flows.measure_load import MeasureLoad
from controller.ports import Received
from shared.errors import Rejected, Transient
from shared.ids import CameraId, NodeId, RuleId
from shared.mint import uuid7
from tests.builders import T0, node_status, occurrence, rule, run_fact, verdict
from tests.contract.controller.conftest import SITE, Site
from tests.fakes.led import take

LEASE = Term("alarms", "me")
NORMAL = Patience(300, 2)
YARD = rule(name="yard", place="yard", zone_name="lawn")


async def raised(site: Site, **given: Any) -> str:
    (alarm,) = await site.judging.save_judgement(None, verdict(event=None), [occurrence(rule(**given), 2, 4)])
    return alarm


async def shown(site: Site, alarm: str) -> AlarmDetailOut:
    return AlarmDetailOut.model_validate(await site.queries.alarm(alarm))


async def history(site: Site, alarm: str) -> list[tuple[str, str]]:
    return [(one.who, one.what) for one in (await shown(site, alarm)).history]


async def all_alarms(site: Site, **given: Any) -> list[AlarmOut]:
    asked: dict[str, Any] = {"state": "all", "camera": None, "severity": None, "cursor": None, "limit": 50}
    page = await site.queries.alarms(**(asked | given))
    return [AlarmOut.model_validate(item) for item in page["items"]]


async def tend(site: Site, patience: Patience = NORMAL) -> int:
    led = await take(site.database, site.clock, LEASE, 10_000)
    return await SqlTendStore(led, site.clock, SITE, patience).tend()


async def fed(site: Site) -> list[dict[str, Any]]:
    return [item["data"] for item in await Feed(site.database).after(0) if item["kind"] == "alarm"]


@pytest.fixture
async def hands(site: Site) -> AlarmStore:
    people = PeopleStore(site.database, site.clock)
    for name, role in (("kim", "operator"), ("lee", "admin"), ("visitor", "viewer"), ("gone", "operator")):
        await people.add_user(name, role, password_hash=None, must_set_password=False, who="t")
    await people.change("gone", "t", role=None, enabled=False)
    return AlarmStore(site.database, site.clock)


async def test_each_deed_is_told_and_remembered(site: Site, hands: AlarmStore) -> None:
    alarm = await raised(site)
    deeds = [
        Deed("assign", "kim", "you are nearer", to="lee"),
        Deed("note", "lee", "on my way"),
        Deed("escalate", "lee", "there are three"),
        Deed("shelve", "kim", minutes=30),
        Deed("unshelve", "kim"),
        Deed("unassign", "lee"),
        Deed("resolve", "lee", "they left", assessment="true"),
    ]
    states = [AlarmOut.model_validate(await hands.act(alarm, deed)) for deed in deeds]
    assert [one.state for one in states] == ["in_action"] * 5 + ["acknowledged", "resolved"]
    assert [one.rev for one in states] == list(range(2, 9))
    assert (states[0].assigned_to, states[0].acknowledged_by, states[2].escalation_level) == ("lee", "kim", 1)
    assert (states[3].shelved_by, states[4].shelved_until, states[6].resolved_by) == ("kim", None, "lee")
    detail = await shown(site, alarm)
    told = [(one.who, one.what, one.note) for one in detail.history[1:]]
    assert told[:2] == [("kim", "assigned", "you are nearer"), ("lee", "noted", "on my way")]
    assert [one[1] for one in told[2:]] == ["escalated", "shelved", "unshelved", "unassigned", "resolved"]
    assert [one.detail for one in detail.history[1:4]] == [{"to": "lee"}, {}, {"level": 1}]
    assert (await fed(site))[-1] == (await site.queries.alarm(alarm))["alarm"]
    assert await hands.assignees(None) == ["kim", "lee"]
    await PeopleStore(site.database, site.clock).give("kim", {}, "root")
    assert (await hands.assignees(alarm), await hands.assignees(None)) == (["lee"], ["kim", "lee"])
    with pytest.raises(Missing):
        await hands.assignees(uuid7())
    refused = [("visitor", "needs the role operator"), ("gone", "not known"), ("nobody", "not known")]
    for name, why in (*refused, ("kim", "sees no camera")):
        with pytest.raises(Rejected, match=why):
            await hands.act(await raised(site), Deed("assign", "kim", to=name))


async def test_two_guards_do_not_overwrite_one_another(site: Site, hands: AlarmStore) -> None:
    alarm = await raised(site)
    seen = (await shown(site, alarm)).alarm.rev
    first = await hands.act(alarm, Deed("resolve", "kim", assessment="true"), seen)
    with pytest.raises(Changed) as fault:
        await hands.act(alarm, Deed("resolve", "lee", assessment="false"), seen)
    assert fault.value.alarm == first
    assert (await shown(site, alarm)).alarm.assessment == "true"
    assert await hands.act(alarm, Deed("resolve", "kim", assessment="true"), seen) == first, "said again, lost answer"
    second = await hands.act(alarm, Deed("resolve", "lee", assessment="false"), first["rev"])
    assert second["assessment"] == "false"


async def test_what_the_system_changes_is_no_conflict_and_a_note_never_is(site: Site, hands: AlarmStore) -> None:
    lawn = rule()
    (alarm,) = await site.judging.save_judgement(None, verdict(event=None), [occurrence(lawn, 2, 4)])
    seen = (await shown(site, alarm)).alarm.rev
    await site.judging.save_judgement(None, verdict(5, 12, event=None), [occurrence(lawn, 10, 12)])
    await hands.act(alarm, Deed("note", "lee", "I see it too"), 0)
    told = await hands.act(alarm, Deed("acknowledge", "kim"), seen)
    assert (told["occurrences"], told["acknowledged_by"], told["rev"]) == (2, "kim", seen + 3)


async def test_of_many_guards_at_once_one_is_first(site: Site, hands: AlarmStore) -> None:
    alarm = await raised(site)
    seen = (await shown(site, alarm)).alarm.rev
    words: list[Any] = ["true", "false", "nuisance"] * 3
    deeds = [Deed("resolve", f"g{n}", assessment=word) for n, word in enumerate(words)]
    answers = await asyncio.gather(*(hands.act(alarm, deed, seen) for deed in deeds), return_exceptions=True)
    kept = (await shown(site, alarm)).alarm
    conflicts = [one for one in answers if isinstance(one, Changed)]
    assert all(isinstance(one, dict | Changed) for one in answers)
    assert len(conflicts) == 6, "three said the same"
    assert (await history(site, alarm))[1:] == [(kept.resolved_by, "resolved")]


async def test_nobody_answers_and_the_alarm_is_passed_up_and_told(site: Site, hands: AlarmStore) -> None:
    waiting, answered = await raised(site), await raised(site)
    await hands.act(answered, Deed("acknowledge", "kim"))
    site.clock.at_ms += 299_000
    assert await tend(site) == 0
    site.clock.at_ms += 1_000
    assert await tend(site) == 1
    assert await tend(site) == 0
    alarm = (await shown(site, waiting)).alarm
    assert (alarm.state, alarm.escalation_level, alarm.escalated_at) == ("raised", 1, site.clock.now())
    assert (await fed(site))[-1] == (await site.queries.alarm(waiting))["alarm"]
    site.clock.at_ms += 300_000
    assert await tend(site) == 1
    site.clock.at_ms += 300_000
    assert await tend(site) == 0
    assert await history(site, waiting) == [("system", "raised"), ("system", "escalated"), ("system", "escalated")]
    assert (await shown(site, answered)).alarm.escalation_level == 0


async def test_a_shelf_takes_what_comes_again_and_ends_by_itself(site: Site, hands: AlarmStore) -> None:
    lawn = rule()
    (alarm,) = await site.judging.save_judgement(None, verdict(event=None), [occurrence(lawn, 2, 4)])
    await hands.act(alarm, Deed("shelve", "kim", "painters", minutes=10))
    assert await site.judging.save_judgement(None, verdict(290, 310, event=None), [occurrence(lawn, 300, 304)]) == ()
    higher = occurrence(replace(lawn, severity="critical"), 320, 324)
    assert len(await site.judging.save_judgement(None, verdict(310, 330, event=None), [higher])) == 1
    site.clock.at_ms += 599_000
    await tend(site, Patience(0, 1))
    assert (await shown(site, alarm)).alarm.shelved_by == "kim"
    site.clock.at_ms += 1_000
    assert await tend(site, Patience(0, 1)) == 1
    after = (await shown(site, alarm)).alarm
    assert (after.shelved_until, after.occurrences, after.state) == (None, 2, "raised")
    assert (await history(site, alarm))[-1] == ("system", "unshelved")
    late = occurrence(lawn, 700, 704)
    assert len(await site.judging.save_judgement(None, verdict(690, 710, event=None), [late])) == 1


async def test_who_has_lost_the_lease_tends_nothing(site: Site) -> None:
    alarm = await raised(site)
    site.clock.at_ms += 400_000
    led = under(site.database, site.clock, LEASE)
    store = SqlTendStore(led, site.clock, SITE, Patience())
    with pytest.raises(Transient):
        await store.tend()
    assert (await shown(site, alarm)).alarm.escalation_level == 0


# ---- one place ---------------------------------------------------------------------------------------------


async def see(site: Site, camera: str, start_s: float, end_s: float, of: Any = YARD) -> tuple[str, ...]:
    """One judgement of one camera, whose rule is its own and has its name and place in common."""
    mine = replace(of, id=RuleId(uuid7()))
    one = occurrence(mine, start_s, end_s, camera=CameraId(camera))
    judged = verdict(start_s - 2, end_s, event=None, camera=CameraId(camera))
    return await site.judging.save_judgement(None, judged, [one])


async def test_fifteen_cameras_that_see_one_intruder_give_one_alarm(site: Site) -> None:
    cameras = [f"n{n}.yard" for n in range(15)]
    order = random.Random(7).sample(cameras, 15)
    new = await asyncio.gather(*(see(site, camera, 2 + n / 10, 30) for n, camera in enumerate(order)))
    raised_ids = [alarm for ids in new for alarm in ids]
    assert len(raised_ids) == 1
    (alarm,) = await all_alarms(site)
    assert (alarm.number, alarm.occurrences, alarm.cameras, alarm.place) == (1, 15, sorted(cameras), "yard")
    for camera in cameras:
        assert [one.id for one in await all_alarms(site, camera=camera)] == [alarm.id]
    detail = await shown(site, alarm.id)
    assert sorted(one.camera or "" for one in detail.occurrences) == sorted(cameras)
    for camera in cameras:  # judged again, by whomever
        assert await see(site, camera, 5, 29) == ()
    assert (await all_alarms(site))[0].occurrences == 15


async def test_cameras_without_a_common_place_zone_or_severity_stay_apart(site: Site) -> None:
    assert len(await see(site, "n1.yard", 2, 30)) == 1
    assert len(await see(site, "n2.yard", 2, 30, replace(YARD, place=None))) == 1
    assert len(await see(site, "n3.yard", 2, 30, replace(YARD, place="gate"))) == 1
    assert len(await see(site, "n4.yard", 2, 30, replace(YARD, zone_name="dock"))) == 1
    assert len(await see(site, "n5.yard", 2, 30, replace(YARD, severity="critical"))) == 1
    one_rule = replace(YARD, place=None)
    shared_rule = [occurrence(one_rule, 2, 9, camera=CameraId(camera)) for camera in ("n6.a", "n7.b")]
    assert len(await site.judging.save_judgement(None, verdict(event=None), shared_rule)) == 2


async def test_each_occurrence_has_a_clip_of_its_own_camera(site: Site) -> None:
    await see(site, "gate.yard", 2, 30)
    await see(site, "gate.door", 3, 12)
    await site.facts.save_status(node_status("gate.yard", "gate.door"))
    (alarm,) = await all_alarms(site)
    (door,) = [one for one in (await shown(site, alarm.id)).occurrences if one.camera == "gate.door"]
    reads = AlarmReads(site.database)
    found = OccurrenceDetailOut.model_validate(await reads.occurrence(door.id))
    assert (found.clip_start_ms, found.clip_end_ms, found.clip_missing_ms) == (T0 - 9_000, T0 + 22_000, 31_000)
    assert [one.camera for one in found.verdicts] == ["gate.door"]
    assert not found.occurrence.clip_ready
    up = run_fact(camera="gate.door", state="uploaded", start_ms=T0, end_ms=T0 + 8_000)
    await site.facts.save_facts([Received(NodeId("gate"), b"", up)])
    await site.runs.mark_stored((await site.runs.runs_to_check(10))[0].run)
    found = OccurrenceDetailOut.model_validate(await reads.occurrence(door.id))
    assert (found.occurrence.clip_ready, found.clip_missing_ms) == (True, 23_000)
    assert (await shown(site, alarm.id)).alarm.rev == alarm.rev + 1, "whoever looks at it hears of the clip"
    cameras = [CameraOut.model_validate(state) for state in await site.queries.cameras()]
    assert {one.id: one.alarms_open for one in cameras} == {"gate.yard": 1, "gate.door": 1}
    with pytest.raises(Missing):
        await reads.occurrence(uuid7())


# ---- maintenance -------------------------------------------------------------------------------------------


async def test_under_maintenance_alarms_are_kept_and_nobody_is_told(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    works = MaintenanceStore(site.database, site.clock, SITE)
    window = MaintenanceOut.model_validate(await works.begin(uuid7(), "node", "gate", 60, "new cables", "kim"))
    assert [one["id"] for one in await works.in_force()] == [window.id]
    lawn = rule()
    (quiet,) = await site.judging.save_judgement(None, verdict(event=None), [occurrence(lawn, 2, 4)])
    (loud,) = await see(site, "roof.yard", 2, 4)
    assert ((await shown(site, quiet)).alarm.suppressed, (await shown(site, loud)).alarm.suppressed) == (True, False)
    assert await history(site, quiet) == [("system", "raised"), ("system", "suppressed")]
    site.clock.at_ms += 400_000
    assert await tend(site) == 1
    assert (await shown(site, quiet)).alarm.escalation_level == 0
    assert (await all_alarms(site))[1].number == 1, "it has its number like any other"
    reads = AlarmReads(site.database)
    load = AlarmLoadOut.model_validate(await MeasureLoad(reads, site.clock).state(T0, None))
    assert (load.alarms, load.suppressed) == (1, 1)


async def test_what_lasts_when_maintenance_is_over_is_told_then(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    works = MaintenanceStore(site.database, site.clock, SITE)
    window = await works.begin(uuid7(), "camera", "gate.yard", 10, "cleaning", "kim")
    lawn, dock = rule(name="lawn"), rule(name="dock")
    ones = [occurrence(lawn, 2), occurrence(dock, 2, 4)]
    lasting, over = await site.judging.save_judgement(None, verdict(event=None), ones)
    site.clock.at_ms = T0 + 600_000
    assert await tend(site, Patience(0, 1)) == 2, "the alarm that lasts, and the window"
    assert await tend(site, Patience(0, 1)) == 0
    assert [(await shown(site, alarm)).alarm.suppressed for alarm in (lasting, over)] == [False, True]
    assert (await history(site, lasting))[-1] == ("system", "unsuppressed")
    kinds = [item["kind"] for item in await Feed(site.database).after(0)]
    assert kinds[-2:] == ["alarm", "maintenance"]
    assert await works.in_force() == []
    assert (await works.end(window["id"], "kim"))["ended_at"] is None, "it was over already"


async def test_an_occurrence_outside_of_maintenance_makes_its_alarm_loud(site: Site) -> None:
    works = MaintenanceStore(site.database, site.clock, SITE)
    window = await works.begin(uuid7(), "site", "", 60, "fire drill", "kim")
    site.clock.at_ms += 8_000
    ended = MaintenanceOut.model_validate(await works.end(window["id"], "lee"))
    assert (ended.ended_by, ended.ended_at) == ("lee", site.clock.now())
    lawn = rule()
    (alarm,) = await site.judging.save_judgement(None, verdict(event=None), [occurrence(lawn, 2, 4)])
    assert (await shown(site, alarm)).alarm.suppressed, "judged later, it happened under maintenance"
    assert await site.judging.save_judgement(None, verdict(5, 12, event=None), [occurrence(lawn, 10, 12)]) == ()
    told = (await shown(site, alarm)).alarm
    assert (told.suppressed, told.occurrences) == (False, 2)


async def test_maintenance_needs_a_reason_an_end_and_a_target(site: Site) -> None:
    works = MaintenanceStore(site.database, site.clock, SITE)
    for scope, target, minutes, why in (
        ("camera", "../x", 5, "y"),
        ("camera", "gate.yrad", 5, "y"),
        ("node", "gat", 5, "y"),
        ("roof", "", 5, "y"),
        ("site", "", 0, "y"),
        ("site", "", 10**6, "y"),
        ("site", "", 5, " "),
    ):
        with pytest.raises(Rejected):
            await works.begin(uuid7(), scope, target, minutes, why, "kim")
    with pytest.raises(Missing):
        await works.end(uuid7(), "kim")


# ---- numbers -----------------------------------------------------------------------------------------------


async def test_a_number_is_never_given_twice(site: Site, tmp_path: Path) -> None:
    numbers = AlarmNumbers(site.database, SITE, tmp_path / "alarm-number")
    await numbers.leap()
    for _ in range(3):
        await raised(site)
    async with site.database.writing() as session:  # deleted
        for table in (AlarmRow, OccurrenceRow, AlarmHistoryRow):
            await session.execute(delete(table))
    await raised(site)
    wrong = verdict(event=None, end_ms=T0 - 1)
    with pytest.raises(Rejected):  # rolled back
        await site.judging.save_judgement(None, wrong, [occurrence(rule(), 2, 4)])
    await raised(site)
    assert [one.number for one in await all_alarms(site)] == [5, 4]
    await numbers.keep()
    async with site.database.writing() as session:  # put back to a backup of before
        row = await session.get(SiteRow, SITE)
        assert row is not None
        row.last_alarm_number = 2
    await AlarmNumbers(site.database, SITE, tmp_path / "alarm-number").leap()
    alarm = await raised(site)
    assert (await shown(site, alarm)).alarm.number == 5 + LEAP + 1
    assert await AlarmReads(site.database).number(5 + LEAP + 1) == alarm
    with pytest.raises(Missing):
        await AlarmReads(site.database).number(3)


async def test_a_damaged_file_of_numbers_takes_nothing_back(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "alarm-number"
    await raised(site)
    for content in (b"", b"\xff\xfe", b"-5", b"9" * 30, b"7 8"):
        file.write_bytes(content)
        await AlarmNumbers(site.database, SITE, file).leap()
        await AlarmNumbers(site.database, SITE, file).keep()
        assert file.read_text().strip() == "1"
    assert (await shown(site, await raised(site))).alarm.number == 2


MOVES: list[Move] = ["acknowledge", "assign", "unassign", "resolve", "shelve", "unshelve", "escalate", "note"]


async def test_the_row_lives_as_the_state_machine_says(site: Site, hands: AlarmStore) -> None:
    chance = random.Random(3)
    for _ in range(4):
        alarm = await raised(site)
        life = Life(site.clock.now())
        for _ in range(8):
            site.clock.at_ms += 1000
            deed = Deed(chance.choice(MOVES), "kim", "x", to="lee", assessment="true", minutes=5)
            try:
                life = done(life, deed, site.clock.now())
            except Rejected:
                with pytest.raises(Rejected):
                    await hands.act(alarm, deed)
                continue
            state = AlarmOut.model_validate(await hands.act(alarm, deed))
            assert (state.state, state.assigned_to, state.assessment) == (life.state, life.assigned_to, life.assessment)
            assert (state.shelved_until, state.escalation_level) == (life.shelved_until, life.escalation_level)
            assert state.acknowledged_at == life.acknowledged_at
