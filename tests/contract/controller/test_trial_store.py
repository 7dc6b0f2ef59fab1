"""Trials of rules on both databases: one owner each, fenced, cancelled; over tracks and over footage."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from controller.adapters.rule_store import RuleStore
from controller.adapters.trial_store import MOST_WAITING, SqlTrialStore
from controller.api.trial_schemas import TrialDetailOut, TrialOut, TrialPage
from controller.core.records import FrameBoxes, TrackedBox
from controller.core.rulebook import parse_rulebook
from controller.core.trial_wish import TrialJob
from controller.errors import Conflict, Missing
from controller.flows.detect import BatchingDetector
from controller.flows.run_trial import TrialParts, run_trial
from controller.flows.try_rules import TryRules
from controller.ports import Received
from shared.errors import Rejected, Transient
from shared.geometry import Box
from shared.ids import CameraId, NodeId
from shared.mint import uuid7
from tests.builders import T0, node_status, run_fact, verdict
from tests.contract.controller.conftest import SITE, Site
from tests.fakes.verifier import (
    BROKEN,
    NOTHING,
    PERSON,
    FastClock,
    MemoryObjects,
    ScriptedDetector,
    ScriptedFootage,
    person,
)

CAM = CameraId("gate.yard")
LEASE_MS = 10_000
AREA = {"name": "area", "kind": "zone_intrusion", "persistence_s": 0.4, "cooldown_s": 0}
HAT = {"name": "hat", "kind": "ppe_missing", "required": ["helmet"], "persistence_s": 0.4}


@pytest.fixture
async def trials(site: Site) -> SqlTrialStore:
    await site.facts.save_status(node_status("gate.yard"))
    return SqlTrialStore(site.database, site.clock, SITE)


async def ask(trials: SqlTrialStore, *rules: dict[str, Any], source: Any = "auto", seconds: float = 60) -> str:
    state = await trials.add(CAM, T0, T0 + round(seconds * 1000), source, {"rules": list(rules)}, "kim")
    TrialOut.model_validate(state)
    return str(state["id"])


async def put_in_force(site: Site, *rules: dict[str, Any]) -> None:
    store = RuleStore(site.database, site.clock, SITE)
    await store.replace(
        parse_rulebook({"rules": list(rules)}, uuid7).settled(), camera=None, expected_version=None, who="kim"
    )


async def claimed(trials: SqlTrialStore) -> TrialJob:
    job = await trials.claim_trial("w1", LEASE_MS)
    assert job is not None
    return job


async def test_a_trial_is_asked_for_listed_and_told(trials: SqlTrialStore) -> None:
    first, second = await ask(trials, AREA), await ask(trials, HAT)
    page = TrialPage.model_validate(await trials.page(cursor=None, limit=1))
    assert [str(one.id) for one in page.items] == [second]
    rest = await trials.page(cursor=page.next, limit=5)
    assert [one["id"] for one in rest["items"]] == [first]
    told = TrialDetailOut.model_validate(await trials.one(first))
    assert (told.trial.state, told.result) == ("waiting", None)
    with pytest.raises(Missing):
        await trials.one(uuid7())
    with pytest.raises(Missing):
        await trials.add(CameraId("gate.none"), T0, T0 + 1, "auto", {"rules": []}, "kim")


async def test_only_so_many_wait_and_what_is_old_goes(site: Site, trials: SqlTrialStore) -> None:
    ids = [await ask(trials, AREA) for _ in range(MOST_WAITING)]
    with pytest.raises(Conflict):
        await ask(trials, AREA)
    await trials.cancel(ids[0])
    site.clock.at_ms += 31 * 86_400_000
    await ask(trials, AREA)
    with pytest.raises(Missing):
        await trials.one(ids[0])
    assert (await trials.one(ids[1]))["trial"]["state"] == "waiting", "what waits is not old"


async def test_a_trial_has_one_owner_until_its_lease_is_over(site: Site, trials: SqlTrialStore) -> None:
    number = await ask(trials, AREA)
    job = await claimed(trials)
    assert (job.id, job.camera, job.document) == (number, CAM, {"rules": [AREA]})
    assert await trials.claim_trial("w2", LEASE_MS) is None
    site.clock.at_ms += 9_000
    await trials.renew_trial(job, LEASE_MS, 0.5)
    site.clock.at_ms += 9_000
    assert await trials.claim_trial("w2", LEASE_MS) is None
    site.clock.at_ms += 1_000
    taken = await claimed(trials)
    for stale in (
        trials.renew_trial(job, LEASE_MS, 1),
        trials.finish_trial(job, {}),
        trials.fail_trial(job, "x", again=True),
    ):
        with pytest.raises(Rejected, match=r"trial\.token"):
            await stale
    assert (await trials.one(number))["trial"]["progress"] == 0.5
    await trials.fail_trial(taken, "store away", again=True)
    third = await claimed(trials)
    await trials.fail_trial(third, "store away", again=True)
    assert (await trials.one(number))["trial"]["state"] == "failed"


async def test_a_trial_that_stopping_workers_put_back_is_not_worn_by_that(trials: SqlTrialStore) -> None:
    number = await ask(trials, AREA)
    for _ in range(5):
        job = await claimed(trials)
        await trials.put_back_trial(job)
        assert (await trials.one(number))["trial"]["state"] == "waiting"
        with pytest.raises(Rejected, match=r"trial\.token"):
            await trials.renew_trial(job, LEASE_MS, 1)
    await trials.finish_trial(await claimed(trials), {})
    assert (await trials.one(number))["trial"]["state"] == "done"


async def test_a_trial_that_takes_its_workers_down_is_given_up(site: Site, trials: SqlTrialStore) -> None:
    number = await ask(trials, AREA)
    for _ in range(3):
        await claimed(trials)
        site.clock.at_ms += LEASE_MS
    assert await trials.claim_trial("w", LEASE_MS) is None
    told = (await trials.one(number))["trial"]
    assert (told["state"], told["reason"]) == ("failed", "its worker was lost too often")


@asynccontextmanager
async def worker(
    trials: SqlTrialStore, tmp_path: Path, objects: MemoryObjects | None = None
) -> AsyncIterator[Callable[..., Any]]:
    """Runs the next trial."""
    detector = BatchingDetector(ScriptedDetector({NOTHING: (), PERSON: (person(),), 2: (person(), person(0.2))}))
    parts = TrialParts(
        trials, objects or MemoryObjects(), ScriptedFootage(), detector, FastClock(), uuid7, tmp_path, 5.0
    )
    serving = asyncio.create_task(detector.run())

    async def run(busy: Callable[[], bool] = lambda: False) -> dict[str, Any]:
        job = await claimed(trials)
        await run_trial(job, parts, busy)
        state = await trials.one(job.id)
        TrialDetailOut.model_validate(state)
        return state

    yield run
    serving.cancel()


def boxes(start_s: float, seconds: float, x: float = 0.1, number: int = 1) -> list[FrameBoxes]:
    start_ms = T0 + round(start_s * 1000)
    box = TrackedBox(number, "person", 0.9, Box(x, 0.2, x + 0.1, 0.6))
    return [FrameBoxes(at, (box,)) for at in range(start_ms, start_ms + round(seconds * 1000), 200)]


async def test_stored_tracks_tell_what_is_new_gone_and_the_same(
    site: Site, trials: SqlTrialStore, tmp_path: Path
) -> None:
    left = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
    right = [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]
    await put_in_force(site, AREA | {"zone": left}, AREA | {"name": "old"})
    for start_s, x in ((1, 0.1), (20, 0.7)):
        frames = (*boxes(start_s, 5, x), FrameBoxes(T0 + round(start_s * 1000) + 5_000, ()))
        await site.judging.save_judgement(None, verdict(start_s, start_s + 5, frames=frames), ())
    await ask(trials, AREA | {"zone": right, "name": "old"}, AREA)
    await ask(trials, AREA | {"zone": right, "name": "old"}, AREA)
    async with worker(trials, tmp_path) as run:
        state, again = await run(), await run()
    result = state["result"]
    found = [(one["change"], one["rule"], one["start_ms"] - T0) for one in result["alarms"]]
    assert found == [
        ("same", "area", 1_000),
        ("gone", "old", 1_000),
        ("new", "area", 20_000),
        ("same", "old", 20_000),
    ]
    assert (result["source"], result["rules_version"], result["judged_ms"]) == ("tracks", 1, 10_000)
    assert (result["new"], result["gone"], result["same"]) == (1, 1, 2)
    assert again["result"] == result
    assert state["trial"]["state"] == "done"


async def film(site: Site, objects: MemoryObjects, start_s: float, values: list[int]) -> None:
    """A stored run."""
    start_ms = T0 + round(start_s * 1000)
    run = run_fact(run=uuid7(), state="uploaded", start_ms=start_ms, end_ms=start_ms + len(values) * 200)
    await site.facts.save_facts([Received(NodeId("gate"), b"", run)])
    for checked in await site.runs.runs_to_check(10):
        await site.runs.mark_stored(checked.run)
    (stored,) = await site.judging.stored_runs(CAM, run.start_ms, run.end_ms)
    objects.objects[stored.key] = bytes(values)


async def test_what_tracks_do_not_hold_is_judged_again_from_footage(
    site: Site, trials: SqlTrialStore, tmp_path: Path
) -> None:
    objects = MemoryObjects()
    await film(site, objects, 0, [PERSON] * 20 + [NOTHING] * 15)
    await film(site, objects, 10, [BROKEN] * 5)
    await put_in_force(site, AREA)
    await ask(trials, AREA, HAT)
    turns: list[int] = []

    def busy() -> bool:
        turns.append(1)
        return True

    async with worker(trials, tmp_path, objects) as run:
        result = (await run(busy))["result"]
    assert [(one["change"], one["rule"]) for one in result["alarms"]] == [("same", "area"), ("new", "hat")]
    assert (result["source"], result["judged_ms"], result["unanswered"]) == ("clips", 6_800, [])
    assert [one["said"]["code"] for one in result["warnings"]] == ["cannot_read"]
    assert len(turns) == 35, "each picture asks whether anything else is to be judged"
    assert list(tmp_path.glob("*.mp4")) == []


async def test_tracks_that_were_asked_for_say_what_they_cannot_tell(
    site: Site, trials: SqlTrialStore, tmp_path: Path
) -> None:
    await put_in_force(site, HAT)
    await ask(trials, AREA, HAT | {"name": "other hat"}, source="tracks")
    async with worker(trials, tmp_path) as run:
        result = (await run())["result"]
    assert [one["said"]["code"] for one in result["unanswered"]] == ["trial_needs_items"] * 2
    assert [one["said"]["code"] for one in result["warnings"]] == ["trial_nothing_judged"]
    assert result["alarms"] == []


async def test_no_footage_is_said(trials: SqlTrialStore, tmp_path: Path) -> None:
    await ask(trials, AREA, source="clips")
    async with worker(trials, tmp_path) as run:
        result = (await run())["result"]
    assert [one["said"]["code"] for one in result["warnings"]] == ["trial_no_footage"]


async def test_a_cancelled_trial_ends_and_has_no_result(site: Site, trials: SqlTrialStore, tmp_path: Path) -> None:
    objects = MemoryObjects()
    await film(site, objects, 0, [PERSON] * 100)
    number = await ask(trials, AREA, source="clips")

    async with worker(trials, tmp_path, objects) as run:
        running = asyncio.create_task(run(lambda: True))
        while (await trials.one(number))["trial"]["state"] != "running":
            await asyncio.sleep(0.01)
        assert (await trials.cancel(number))["state"] == "cancelled"
        state = await running
    assert (state["trial"]["state"], state["result"]) == ("cancelled", None)
    assert (await trials.cancel(number))["state"] == "cancelled"


async def test_a_store_that_is_away_is_tried_again(site: Site, trials: SqlTrialStore, tmp_path: Path) -> None:
    objects = MemoryObjects()
    await film(site, objects, 0, [PERSON] * 10)
    objects.faults = [Transient("store is away")]
    await ask(trials, AREA, source="clips")
    async with worker(trials, tmp_path, objects) as run:
        first, second = await run(), await run()
    assert (first["trial"]["state"], first["trial"]["reason"]) == ("waiting", "store is away")
    assert second["result"]["new"] == 1


async def test_a_trial_is_checked_before_it_waits(site: Site, trials: SqlTrialStore) -> None:
    flow = TryRules(trials, None, site.clock, uuid7)
    site.clock.at_ms = T0 + 3_600_000
    with pytest.raises(Rejected, match=r"rules\[0\]\.kind"):
        await flow.make({"rules": [{"name": "x", "kind": "magic"}]}, CAM, T0, T0 + 1000, "auto", "kim")
    for end_ms in (T0, T0 + 3_600_001, T0 + 25 * 3_600_000):
        with pytest.raises(Rejected, match="to_ms"):
            await flow.make({"rules": [AREA]}, CAM, T0, end_ms, "auto", "kim")
    assert (await flow.make({"rules": [AREA]}, CAM, T0, T0 + 1000, "auto", "kim"))["state"] == "waiting"


async def test_a_trial_knows_the_sites_shifts_and_its_cameras_ground(site: Site, trials: SqlTrialStore) -> None:
    flow = TryRules(trials, None, site.clock, uuid7)
    site.clock.at_ms = T0 + 3_600_000
    document = {"rules": [AREA | {"shifts": ["night"]}]}
    with pytest.raises(Rejected, match="shifts"):
        await flow.make(document, CAM, T0, T0 + 1000, "auto", "kim")
    whole = {
        "rules": [AREA],
        "shifts": {"night": {"days": ["mon"], "from": "22:00", "to": "06:00"}},
    }
    book = parse_rulebook(whole, uuid7)
    store = RuleStore(site.database, site.clock, SITE)
    await store.replace(book.rules, camera=None, expected_version=None, who="kim", around=book.around)
    assert (await flow.make(document, CAM, T0, T0 + 1000, "auto", "kim"))["state"] == "waiting"
