"""The counts of reports, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from controller.adapters.alarm_reads import AlarmReads
from controller.adapters.alarm_store import AlarmStore
from controller.adapters.maintenance_store import MaintenanceStore
from controller.adapters.person_time_rows import KEPT_MS
from controller.adapters.report_reads import ReportReads
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.tables import PersonTimeRow
from controller.api.report_schemas import ReportOut, ReportTrend
from controller.core.lifecycle import Deed
from controller.core.records import PersonTime, RuleKind, TrackSummary
from controller.core.report import STEP_MS, Asked, Worn
from controller.flows.measure_load import MeasureLoad
from controller.flows.write_report import WriteReport
from controller.ports import Received
from shared.geometry import Box
from shared.ids import CameraId, NodeId, RuleId
from tests.builders import T0, event_fact, node_status, occurrence, rule, verdict
from tests.contract.controller.conftest import SITE, Site
from tests.contract.controller.test_fact_store import rows

SEOUL = ZoneInfo("Asia/Seoul")  # T0 is 17:00 there
HOUR_MS = 3_600_000
DAY = Asked("day", date(2026, 3, 1))


async def report_of(site: Site, asked: Asked = DAY, *, names: bool = False) -> ReportOut:
    loads = MeasureLoad(AlarmReads(site.database), site.clock)
    report = WriteReport(ReportReads(site.database), loads, site.clock, SEOUL)
    return ReportOut.model_validate(await report.state(asked, names=names))


def seen(number: int, from_s: float, to_s: float, **worn: str) -> TrackSummary:
    box = Box(0.1, 0.1, 0.2, 0.5)
    times = T0 + round(from_s * 1000), T0 + round(to_s * 1000)
    return TrackSummary(number, "person", *times, 0.9, times[0], box, tuple(worn.items()))


async def test_alarms_by_cause_answers_and_zones(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    acts = AlarmStore(site.database, site.clock)
    yard, store = (
        rule(name="yard", zone_name="Yard", severity="high"),
        rule(name="store", zone_name="Store", severity="low"),
    )
    ids: list[str] = []
    for at_s, one, end_s in ((10, yard, 40), (1_000, yard, 1_090), (4_000, store, None)):
        site.clock.at_ms = T0 + at_s * 1000
        judged = verdict(at_s, at_s + 5, event=None, camera=CameraId("gate.yard"))
        ids += await site.judging.save_judgement(
            None, judged, [occurrence(one, at_s, end_s, camera=CameraId("gate.yard"))]
        )
    assert len(ids) == 3
    site.clock.at_ms = T0 + 20_000
    await acts.act(ids[0], Deed("acknowledge", "kim"))
    site.clock.at_ms = T0 + 1_060_000
    await acts.act(ids[1], Deed("resolve", "lee", assessment="nuisance"))
    site.clock.at_ms = T0 + 2 * HOUR_MS
    found = await report_of(site)
    assert [(one.rule_name, one.alarms, one.nuisance) for one in found.causes] == [("yard", 2, 1), ("store", 1, 0)]
    assert (found.alarms.alarms, found.alarms.unassessed, found.alarms.nuisance_rate, found.alarms.open) == (
        3,
        2,
        1.0,
        2,
    )
    answer = found.response
    assert (answer.acknowledged, answer.unacknowledged, answer.resolved, answer.unresolved) == (2, 1, 1, 2)
    assert (answer.acknowledge_median_s, answer.acknowledge_p95_s, answer.resolve_median_s) == (10, 60, 60)
    held = {one.zone_name: (one.held_ms, one.occurrences) for one in found.exposure}
    assert set(held) == {"Yard", "Store"}
    first, second = (occurrence(yard, at_s, end_s) for at_s, end_s in ((10, 40), (1_000, 1_090)))
    assert held["Yard"] == (sum((one.end_ms or 0) - one.start_ms for one in (first, second)), 2)
    assert held["Store"] == (T0 + 2 * HOUR_MS - occurrence(store, 4_000).start_ms, 1)  # it lasts
    assert found.until_ms == T0 + 2 * HOUR_MS
    assert found.hours_of_week[6][17:19] == [2, 1]  # a Sunday
    assert [(str(one.day), one.alarms) for one in found.days] == [("2026-03-01", 3)]
    assert (found.people, found.before.alarms) == (None, 0)
    named = await report_of(site, names=True)
    assert named.people is not None
    assert [(one.who, one.acknowledged, one.acknowledge_median_s) for one in named.people] == [
        ("kim", 1, 10.0),
        ("lee", 1, 60.0),  # who resolves has seen it
    ]
    evening = await report_of(site, Asked("shift", date(2026, 3, 1), (18 * 60, 24 * 60)))
    assert [one.rule_name for one in evening.causes] == ["store"]
    assert {one.zone_name: one.held_ms for one in evening.exposure} == {"Store": held["Store"][0]}
    assert (await report_of(site, Asked("day", date(2026, 2, 28)))).alarms.alarms == 0
    site.clock.at_ms = T0 + 30 * HOUR_MS
    assert (await report_of(site, Asked("day", date(2026, 3, 2)))).before.alarms == 3


async def test_what_lasts_over_midnight_counts_on_both_days_and_once_in_the_week(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    site.clock.at_ms = T0 + 12 * HOUR_MS
    late_s = 7 * 3600 - 60  # 23:59 in Seoul
    judged = verdict(late_s, late_s + 5, event=None, camera=CameraId("gate.yard"))
    one = occurrence(rule(zone_name="Yard"), late_s, late_s + 120, camera=CameraId("gate.yard"))
    await site.judging.save_judgement(None, judged, [one])
    days = [(await report_of(site, Asked("day", date(2026, 3, day)))).exposure for day in (1, 2)]
    week = (await report_of(site, Asked("week", date(2026, 2, 23)))).exposure
    midnight_ms = T0 + 7 * HOUR_MS
    assert [each[0].held_ms for each in days] == [midnight_ms - one.start_ms, (one.end_ms or 0) - midnight_ms]
    assert week[0].held_ms == midnight_ms - one.start_ms


async def test_maintenance_burdens_nobody(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    await MaintenanceStore(site.database, site.clock, SITE).begin("w1", "site", "", 60, "why", "kim")
    site.clock.at_ms = T0 + 4_000
    await site.judging.save_judgement(None, verdict(event=None), [occurrence(rule(zone_name="Yard"), 2, 4)])
    found = await report_of(site)
    assert (found.alarms.alarms, found.alarms.suppressed, found.causes[0].alarms) == (0, 1, 0)
    assert sum(map(sum, found.hours_of_week)) == 0
    assert found.exposure[0].occurrences == 1  # what happened there happened


async def test_equipment_is_told_by_camera_and_what_is_unknown_stays_so(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    site.clock.at_ms = T0 + HOUR_MS
    tracks = (
        seen(1, 0, 6, helmet="compliant", vest="unknown"),
        seen(2, 0, 2, helmet="missing"),
        seen(3, 1, 5, helmet="unknown"),
        seen(4, 1, 5),
    )
    judged = replace(verdict(0, 10, event=None, camera=CameraId("gate.yard")), tracks=tracks)
    await site.judging.save_judgement(None, judged, ())
    found = await ReportReads(site.database).worn([(T0 - 1, T0 + 60_000)])
    assert found == [Worn("gate.yard", "helmet", 6_000, 2_000, 4_000), Worn("gate.yard", "vest", 0, 0, 6_000)]
    told = (await report_of(site)).worn
    assert [(one.item, one.rate) for one in told] == [("helmet", 0.75), ("vest", None)]
    assert await ReportReads(site.database).worn([(T0 + 60_000, T0 + 90_000)]) == []


def timed(rule_name: str, kind: RuleKind, step: int, **given: int) -> PersonTime:
    return PersonTime(RuleId(rule_name), rule_name, kind, f"{rule_name} zone", step, **given)


async def test_person_time_is_counted_once_however_often_it_is_saved(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    site.clock.at_ms = T0 + HOUR_MS
    step = T0 // STEP_MS
    helmet = timed("helmet", "ppe_missing", step, judged_ms=60_000, present_ms=40_000, breach_ms=5_000, tracks=1)
    first = replace(verdict(0, 60, event=None), person_time=(helmet,))
    grown = replace(
        first,
        person_time=(
            replace(helmet, judged_ms=90_000, present_ms=60_000, breach_ms=10_000, unknown_ms=20_000, tracks=2),
            timed("lawn", "zone_intrusion", step, judged_ms=90_000, present_ms=30_000, breach_ms=20_000, tracks=1),
        ),
    )
    other = replace(verdict(60, 120, event=None), person_time=(replace(helmet, present_ms=10_000, breach_ms=0),))
    for one in (first, first, grown, other, grown):
        await site.judging.save_judgement(None, one, ())
    found = await report_of(site)
    told = {one.rule_name: one for one in found.presence}
    assert (told["helmet"].present_ms, told["helmet"].breach_ms, told["helmet"].tracks) == (70_000, 10_000, 3)
    assert told["helmet"].rate == 0.8  # of 50 s that could be told
    assert (told["lawn"].rate, told["lawn"].exposure_ms) == (None, 30_000)
    assert told["helmet"].judged_share == round(150_000 / (18 * HOUR_MS), 4)  # up to now, which is 18:00 there
    assert (found.safety.rate, found.safety.exposure_ms, found.safety.present_ms) == (0.8, 40_000, 100_000)
    shrunk = replace(grown, person_time=())  # what a worker says last counts
    await site.judging.save_judgement(None, shrunk, ())
    assert [(one.rule_name, one.present_ms) for one in (await report_of(site)).presence if one.present_ms] == [
        ("helmet", 10_000)
    ]


async def test_a_job_that_is_settled_adds_what_its_verdicts_add(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    await site.facts.save_facts([Received(NodeId("gate"), b"", event_fact(end_s=4))])
    (job,) = await site.judging.claim_jobs("w", 1, 10_000)
    one = timed("helmet", "ppe_missing", T0 // STEP_MS, judged_ms=2_000, present_ms=1_000, tracks=1)
    judged = [replace(verdict(at_s, at_s + 2, event=job.event, late=True), person_time=(one,)) for at_s in (0, 3)]
    await site.judging.settle_job(job, judged, ())
    (row,) = await rows(site, PersonTimeRow)
    assert (row.judged_ms, row.present_ms, row.tracks) == (4_000, 2_000, 2)


async def test_where_nothing_was_judged_there_is_no_figure(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    site.clock.at_ms = T0 + HOUR_MS
    found = await report_of(site)
    assert (found.presence, found.safety.rate, found.safety.exposure_ms) == ([], None, None)
    nobody = timed("helmet", "ppe_missing", T0 // STEP_MS, judged_ms=60_000)
    await site.judging.save_judgement(None, replace(verdict(event=None), person_time=(nobody,)), ())
    found = await report_of(site)
    assert (found.safety.rate, found.safety.exposure_ms, found.presence[0].rate) == (None, 0, None)


async def test_a_trend_is_of_the_same_time_of_twelve_periods(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    site.clock.at_ms = T0 + 20 * HOUR_MS
    step = T0 // STEP_MS
    for back, breach_ms in ((0, 10_000), (96, 40_000), (12 * 96, 0)):
        one = timed("helmet", "ppe_missing", step - back, judged_ms=100_000, present_ms=100_000, breach_ms=breach_ms)
        await site.judging.save_judgement(None, replace(verdict(event=None), person_time=(one,)), ())
    report = WriteReport(
        ReportReads(site.database), MeasureLoad(AlarmReads(site.database), site.clock), site.clock, SEOUL
    )
    points = ReportTrend.model_validate(await report.trend(DAY)).points
    assert (len(points), str(points[0].day), str(points[-1].day)) == (12, "2026-02-18", "2026-03-01")
    assert [one.rate for one in points[-3:]] == [None, 0.6, 0.9]
    assert points[0].present_ms is None  # that of twelve days before is in none
    found = await report_of(site)
    assert (found.before.rate, found.before.exposure_ms) == (0.6, 40_000)


async def test_person_time_is_forgotten_after_its_own_time(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    one = timed("helmet", "ppe_missing", T0 // STEP_MS, judged_ms=1_000)
    await site.judging.save_judgement(None, replace(verdict(event=None), person_time=(one,)), ())
    site.clock.at_ms = T0 + KEPT_MS - HOUR_MS
    await SqlRetentionStore(site.database, site.clock).prune()
    assert len(await rows(site, PersonTimeRow)) == 1
    site.clock.at_ms = T0 + KEPT_MS + HOUR_MS
    await SqlRetentionStore(site.database, site.clock).prune()
    assert await rows(site, PersonTimeRow) == []
