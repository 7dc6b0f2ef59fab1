"""What of verdicts is forgotten, on both databases."""

from dataclasses import replace

from sqlmodel import select

from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.tables import VerdictRow
from controller.core.records import FrameBoxes, TrackedBox
from controller.core.retention import CLASSES, Retention
from controller.flows.sweep import sweep_once
from controller.ports import Received
from shared.geometry import Box
from shared.ids import CameraId, EventId, NodeId, VerdictId
from tests.builders import T0, event_fact, occurrence, rule, run_fact, verdict
from tests.contract.controller.conftest import Site
from tests.fakes.site import MemoryObjects

DAY_MS = 86_400_000


def made_at(ms: int, number: int) -> VerdictId:
    """The id of a verdict that was made at this time."""
    stamp = f"{ms:012x}"
    return VerdictId(f"{stamp[:8]}-{stamp[8:]}-7000-8000-{number:012d}")


async def test_minutes_in_which_nothing_happened_are_forgotten_after_a_month(site: Site) -> None:
    fact = event_fact()
    await site.facts.save_facts([Received(NodeId("gate"), b"", fact)])
    quiet, alarming, of_event, later = made_at(T0, 1), made_at(T0, 2), made_at(T0, 3), made_at(T0 + 40 * DAY_MS, 4)
    for name, event in ((quiet, None), (alarming, None), (of_event, EventId(fact.event)), (later, None)):
        one = [occurrence(rule(), 1, 2)] if name == alarming else []
        at_s = 0 if name == alarming else 60
        await site.judging.save_judgement(None, verdict(at_s, at_s + 2, id=name, event=event), one)
    rows = SqlRetentionStore(site.database, site.clock)

    async def left() -> set[str]:
        await rows.prune()
        async with site.database.reading() as session:
            return set(await session.scalars(select(VerdictRow.id)))

    site.clock.at_ms = T0 + 29 * DAY_MS
    assert await left() == {quiet, alarming, of_event, later}
    site.clock.at_ms = T0 + 31 * DAY_MS
    assert await left() == {alarming, of_event, later}


async def test_what_was_seen_in_each_picture_goes_with_the_footage_and_stays_with_an_alarm(site: Site) -> None:
    kept_for = Retention(dict.fromkeys(CLASSES, 50 * DAY_MS))
    cameras = ("gate.bare", "gate.filmed", "gate.alarming")
    box = TrackedBox(1, "person", 0.9, Box(0.1, 0.1, 0.2, 0.5))
    names: dict[str, VerdictId] = {}
    for number, camera in enumerate(cameras):
        event = event_fact(camera=camera)
        run = run_fact(camera=camera, event=event.event, state="uploaded")
        await site.facts.save_facts([Received(NodeId("gate"), b"", fact) for fact in (event, run)[: 1 + (number > 0)]])
        names[camera] = made_at(T0, number)
        judged = verdict(id=names[camera], event=EventId(event.event), camera=CameraId(camera))
        found = [occurrence(rule(), 1, 2, camera=CameraId(camera))] if camera == "gate.alarming" else []
        await site.judging.save_judgement(None, replace(judged, frames=(FrameBoxes(T0 + 500, (box,)),)), found)
    for due in await site.runs.runs_to_check(10):
        await site.runs.mark_stored(due.run)
    rows, objects = SqlRetentionStore(site.database, site.clock), MemoryObjects()

    async def known(day: int) -> set[str]:
        site.clock.at_ms = T0 + day * DAY_MS
        await sweep_once(rows, objects, site.clock, kept_for)
        await rows.prune()
        async with site.database.reading() as session:
            found = (await session.scalars(select(VerdictRow))).all()
        assert all(one.tracks for one in found)
        return {one.camera for one in found if one.frames}

    assert await known(29) == {"gate.bare", "gate.filmed", "gate.alarming"}
    assert await known(31) == {"gate.filmed", "gate.alarming"}
    assert await known(51) == {"gate.alarming"}
