"""What counts as wrong, with its bounds, its hysteresis, and what cannot be seen."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from controller.core.archive import FAULTS
from controller.core.conditions import (
    SILENT_MS,
    Bounds,
    CameraSigns,
    FailingBackup,
    Key,
    MachineSigns,
    NodeSigns,
    Seen,
    Signs,
    look,
)
from controller.core.records import Unscored, Watched
from controller.core.storage import Forecast
from controller.core.watching import state_of
from shared.ids import CameraId, NodeId
from shared.texts import said, say

GIB = 2**30
NOW_MS = 10**9
GATE, YARD = NodeId("gate"), CameraId("gate.yard")
BOUNDS = Bounds(disk_free_bytes_min=GIB, held_share_max=0.8, clock_offset_ms_max=1000)
WELL = MachineSigns(disk_free_bytes=9 * GIB, clock_offset_ms=3.0, held_bytes_max=1000)
NODE = NodeSigns(GATE, online=True, seen_ms=NOW_MS, cameras=(CameraSigns(YARD, "live"),), machine=WELL)


def seen(node: NodeSigns, standing: Collection[Key] = (), *, hearing: bool = True) -> Seen:
    return look(Signs(hearing, (node,)), standing, BOUNDS, NOW_MS)


def test_a_site_without_trouble_has_none() -> None:
    assert seen(NODE).conditions == {}
    assert seen(replace(NODE, seen_ms=NOW_MS - SILENT_MS + 1)).conditions == {}


@pytest.mark.parametrize("gone", [{"online": False}, {"seen_ms": NOW_MS - SILENT_MS}])
def test_a_node_that_is_away_is_one_condition_with_its_cameras(gone: dict[str, int]) -> None:
    stalled = (CameraSigns(YARD, "stalled"), CameraSigns(CameraId("gate.door"), "live", ring_short=True))
    found = seen(replace(NODE, cameras=stalled, machine=replace(WELL, disk_free_bytes=0), **gone))  # type: ignore[arg-type]
    ((key, condition),) = found.conditions.items()
    assert key == Key("node_away", node=GATE)
    assert said(condition.text) == {"code": "alarm_node_away", "params": {"node": "gate", "cameras": "yard, door"}}
    assert found.out_of_sight(Key("camera_stalled", node=GATE, camera=YARD))
    assert found.out_of_sight(Key("node_trouble", "disk", GATE))
    assert not found.out_of_sight(key)
    assert not found.out_of_sight(Key("node_trouble", "disk", NodeId("roof")))


def test_nobody_is_away_while_nobody_is_heard() -> None:
    found = seen(replace(NODE, online=False), hearing=False)
    assert found.out_of_sight(Key("node_away", node=GATE))
    assert found.out_of_sight(Key("camera_stalled", node=GATE, camera=YARD))
    assert not found.out_of_sight(Key("verification_degraded"))


def test_a_node_without_health_since_its_start_is_not_judged() -> None:
    found = seen(replace(NODE, machine=None, cameras=(CameraSigns(YARD, "starting"),)))
    assert found.conditions == {}
    assert found.out_of_sight(Key("camera_stalled", node=GATE, camera=YARD))


@pytest.mark.parametrize("state", ["starting", "stalled", "restarting", "refused"])
def test_a_camera_that_is_not_live_is_one_condition_whatever_its_state(state: str) -> None:
    found = seen(replace(NODE, cameras=(CameraSigns(YARD, state),)))
    assert list(found.conditions) == [Key("camera_stalled", node=GATE, camera=YARD)]
    assert found.conditions[Key("camera_stalled", node=GATE, camera=YARD)].text


def test_a_short_ring_says_what_it_reaches() -> None:
    short = CameraSigns(YARD, "live", ring_short=True, ring_reach_s=540, ring_min_s=1800)
    found = seen(replace(NODE, cameras=(short,)))
    told = said(found.conditions[Key("node_trouble", "ring", GATE, YARD)].text)
    assert told == {"code": "alarm_ring_short", "params": {"reach_min": 9, "least_min": 30}}


@pytest.mark.parametrize(
    ("cause", "wrong", "better", "well"),
    [
        ("disk", {"disk_free_bytes": GIB - 1}, {"disk_free_bytes": GIB + 1}, {"disk_free_bytes": GIB * 5 // 4 + 1}),
        ("clock", {"clock_offset_ms": -1001.0}, {"clock_offset_ms": 900.0}, {"clock_offset_ms": 799.0}),
    ],
)
def test_a_figure_that_trembles_at_its_bound_is_one_condition(
    cause: str, wrong: dict[str, float], better: dict[str, float], well: dict[str, float]
) -> None:
    key = Key("node_trouble", cause, GATE)

    def holds(machine: dict[str, float], standing: Collection[Key]) -> bool:
        return key in seen(replace(NODE, machine=replace(WELL, **machine)), standing).conditions  # type: ignore[arg-type]

    assert [holds(wrong, ()), holds(better, ()), holds(better, {key}), holds(well, {key})] == [True, False, True, False]


def test_held_footage_near_its_bound() -> None:
    key = Key("node_trouble", "held", GATE)

    def holds(held_bytes: int, standing: Collection[Key] = ()) -> bool:
        two = tuple(CameraSigns(CameraId(f"gate.{name}"), "live", held_bytes=held_bytes // 2) for name in "ab")
        return key in seen(replace(NODE, cameras=two), standing).conditions

    assert [holds(800), holds(802), holds(700, {key}), holds(640, {key})] == [False, True, True, False]
    boundless = replace(
        NODE, machine=replace(WELL, held_bytes_max=0), cameras=(CameraSigns(YARD, "live", held_bytes=9),)
    )
    assert seen(boundless).conditions == {}


def test_power_and_heat_are_one_condition() -> None:
    weak = seen(replace(NODE, machine=replace(WELL, throttled_now=("under-voltage", "throttled"))))
    assert weak.conditions[Key("node_trouble", "power", GATE)].text == say("alarm_power_weak")
    slow = seen(replace(NODE, machine=replace(WELL, throttled_now=("throttled",))))
    assert slow.conditions[Key("node_trouble", "power", GATE)].text == say("alarm_slowed", flags="throttled")


def test_verification_that_fails_is_the_sites() -> None:
    found = look(Signs(hearing=True, verification=say("alarm_worker_away")), (), BOUNDS, NOW_MS)
    assert list(found.conditions) == [Key("verification_degraded")]


DOOR = CameraId("gate.door")
LIVE = (CameraSigns(YARD, "live"), CameraSigns(DOOR, "live"))
TWO = replace(NODE, cameras=LIVE)
JUDGED = Watched(DOOR, 0, NOW_MS - 1_000, 200, held=True)
DARK = Watched(YARD, 0, NOW_MS - 42_000, 200, held=True)
OF_YARD = Key("unwatched", node=GATE, camera=YARD)


def watching(*watched: Watched, node: NodeSigns = TWO, **given: object) -> Seen:
    return look(Signs(True, (node,), watched=watched, **given), (), BOUNDS, NOW_MS)  # type: ignore[arg-type]


def test_a_camera_that_nobody_judges_is_a_condition_of_its_own() -> None:
    assert watching(JUDGED).conditions == {}
    assert watching(JUDGED, replace(DARK, judged_ms=NOW_MS - 4_000)).conditions == {}
    found = watching(JUDGED, DARK)
    assert list(found.conditions) == [OF_YARD]
    assert said(found.conditions[OF_YARD].text) == {"code": "alarm_unwatched", "params": {"for_s": 42}}
    assert not found.out_of_sight(OF_YARD)
    assert list(watching(JUDGED, replace(DARK, held=False)).conditions) == [OF_YARD]


@pytest.mark.parametrize(("judged_ms", "told"), [(NOW_MS - 9_999, False), (NOW_MS - 10_000, True)])
def test_it_begins_when_the_camera_is_shown_as_unwatched(judged_ms: int, *, told: bool) -> None:
    late = replace(DARK, judged_ms=judged_ms)
    assert (OF_YARD in watching(JUDGED, late).conditions, state_of(late, NOW_MS) == "unwatched") == (told, told)


@pytest.mark.parametrize(
    "node",
    [
        replace(TWO, online=False),
        replace(TWO, cameras=(CameraSigns(YARD, "stalled"), CameraSigns(DOOR, "live"))),
    ],
)
def test_what_does_not_come_is_told_as_that(node: NodeSigns) -> None:
    found = watching(JUDGED, DARK, node=node)
    assert OF_YARD not in found.conditions
    assert found.out_of_sight(OF_YARD)


def test_when_nobody_watches_anything_it_is_verification_that_fails() -> None:
    found = watching(replace(JUDGED, held=False), replace(DARK, held=False))
    assert list(found.conditions) == [Key("verification_degraded")]
    told = said(found.conditions[Key("verification_degraded")].text)
    assert told == {"code": "alarm_nobody_watches", "params": {"cameras": 2}}
    assert found.out_of_sight(OF_YARD)
    down = watching(replace(DARK, held=False), verification=say("alarm_worker_away"))
    assert said(down.conditions[Key("verification_degraded")].text) == {"code": "alarm_worker_away", "params": {}}


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("odd: gives nan", {"code": "alarm_unscored", "params": {"why": "odd: gives nan"}}),
        (
            "yard: it takes longer than 2 s for a picture",
            {
                "code": "alarm_unscored",
                "params": {
                    "why": "yard: it takes longer than 2 s for a picture",
                    "why_code": "scores_slow",
                    "model": "yard",
                    "seconds": "2",
                },
            },
        ),
        ("", {"code": "alarm_unscored_no_model", "params": {}}),
    ],
)
def test_scores_that_a_rule_needs_and_that_do_not_come_are_a_condition(why: str, told: dict[str, object]) -> None:
    unscored = replace(JUDGED, unscored=Unscored(NOW_MS - 9_000, why))
    found = watching(unscored)
    key = Key("unwatched", "scores", GATE, DOOR)
    assert list(found.conditions) == [key]
    assert said(found.conditions[key].text) == told
    assert watching(JUDGED).conditions == {}


def test_a_store_whose_disk_fills_soon_is_told_of_and_one_whose_quota_is_reached_is_not() -> None:
    key = Key("store_filling")

    def of(store: Forecast, standing: Collection[Key] = ()) -> Seen:
        return look(Signs(False, store=store), standing, BOUNDS, NOW_MS)

    fills = Forecast("fills", 7.0, GIB, 90 * GIB, 6.9, 99 * GIB, 20.0)
    found = of(fills)
    assert said(found.conditions[key].text) == {"code": "alarm_store_filling", "params": {"days": 6.9, "day_mib": 1024}}
    assert not found.out_of_sight(key), "the store is seen without any node"
    assert of(replace(fills, full_in_days=7.1)).conditions == {}
    assert key in of(replace(fills, full_in_days=7.1), {key}).conditions, "a forecast that trembles is one condition"
    assert of(replace(fills, full_in_days=8.8), {key}).conditions == {}
    assert of(replace(fills, outlook="shortens", full_in_days=1.0)).conditions == {}
    assert of(Forecast("young", 0.2)).conditions == {}


def test_a_store_that_is_away_is_told_of_whether_nodes_are_heard_or_not() -> None:
    key = Key("store_away")
    found = look(Signs(False, away=say("alarm_store_away")), (), BOUNDS, NOW_MS)
    assert said(found.conditions[key].text) == {"code": "alarm_store_away", "params": {}}
    assert not found.out_of_sight(key)
    assert key not in look(Signs(True), (), BOUNDS, NOW_MS).conditions


@pytest.mark.parametrize("why", sorted(FAULTS | {"cancelled", "deleted", "lost_too_often"}))
def test_a_backup_that_fails_says_where_to_and_why(why: str) -> None:
    key = Key("backup_failing", "nightly")
    found = look(Signs(False, backups=(FailingBackup("nightly", "nas", 7, why),)), (), BOUNDS, NOW_MS)
    condition = found.conditions[key]
    told = said(condition.text)
    assert told is not None
    assert (told["code"], condition.since_ms) == ("alarm_backup_failing", 7)
    assert {"name": "nightly", "destination": "nas", "why_code": f"backup_{why}"}.items() <= told["params"].items()  # type: ignore[attr-defined]
    assert not found.out_of_sight(key)


def test_a_backup_that_nobody_runs_is_overdue() -> None:
    found = look(Signs(False, backups=(FailingBackup("nightly", "nas", 7, ""),)), (), BOUNDS, NOW_MS)
    text = found.conditions[Key("backup_failing", "nightly")].text
    assert said(text) == {"code": "alarm_backup_late", "params": {"name": "nightly", "destination": "nas"}}
