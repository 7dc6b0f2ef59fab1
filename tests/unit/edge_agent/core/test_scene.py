"""The rendered scene: the same pixels for the same seed and time, exact truth, and the promises of its schedule."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.scene import ActorTruth, Scene, parse_scene_url
from edge_agent.core.scene_actors import Actor, Schedule
from edge_agent.core.scene_draw import Point
from edge_agent.core.scene_layout import make_layout
from edge_agent.core.scene_stage import Stage
from shared.errors import Rejected
from shared.source_url import SceneUrl

W, H = 640, 360


def _inside(point: Point, polygon: tuple[Point, ...]) -> bool:
    x, y = point
    hit = False
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            hit = not hit
    return hit


def _foot(truth: ActorTruth) -> Point:
    return (truth.box[0] + truth.box[2]) / 2, truth.box[3]


def _intruders(scene: Scene, t_ms: int) -> list[ActorTruth]:
    return [a for a in scene.truth(t_ms) if a.kind == "person" and _inside(_foot(a), scene.danger_zone)]


@pytest.fixture(scope="module")
def yard() -> Scene:
    return Scene("yard", 7, W, H)


def test_frame_has_the_planar_layout_and_real_range(yard: Scene) -> None:
    frame = yard.luma_chroma(6000)
    assert frame.shape == (H * 3 // 2, W)
    assert frame.dtype == np.uint8
    assert frame.flags.c_contiguous
    assert frame[:H].min() >= 10
    assert frame[:H].max() <= 240
    assert frame[:H].std() > 10


def test_same_seed_and_time_give_the_same_frame_in_any_order(yard: Scene) -> None:
    other = Scene("yard", 7, W, H)
    other.luma_chroma(31_000)
    other.truth(2_000)
    assert np.array_equal(yard.luma_chroma(5_200), other.luma_chroma(5_200))
    assert yard.truth(5_200) == other.truth(5_200)


def test_seeds_and_names_differ(yard: Scene) -> None:
    for other in (Scene("yard", 8, W, H), Scene("gate", 7, W, H)):
        assert other.danger_zone != yard.danger_zone
        assert not np.array_equal(other.luma_chroma(0), yard.luma_chroma(0))


def test_the_picture_lives(yard: Scene) -> None:
    first, later = yard.luma_chroma(6_000).astype(int), yard.luma_chroma(6_066).astype(int)
    moved = np.abs(first - later)[:H] > 25
    assert moved.sum() > 20  # a walking worker, not noise
    assert np.abs(yard.luma_chroma(20_000).astype(int) - yard.luma_chroma(20_066))[:H].mean() > 0.3  # sensor noise


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), name=st.sampled_from(("yard", "gate")), t_ms=st.integers(0, 10_000_000))
def test_truth_lies_in_the_picture(seed: int, name: str, t_ms: int) -> None:
    scene = Scene(name, seed, 320, 180)
    for x, y in scene.danger_zone:
        assert 0 <= x <= 1
        assert 0 <= y <= 1
    for t in range(t_ms, t_ms + 60_000, 7_000):
        for actor in scene.truth(t):
            x1, y1, x2, y2 = actor.box
            assert 0 <= x1 < x2 <= 1
            assert 0 <= y1 < y2 <= 1
            assert 0 < actor.visible <= 1
            assert actor.helmet or actor.helmet_box is None
            assert actor.vest or actor.vest_box is None
            for part in (actor.helmet_box, actor.vest_box):
                if part is not None:
                    assert part[0] >= x1 - 0.01
                    assert part[3] <= y2 + 0.01


@pytest.mark.parametrize(("name", "seed"), [("yard", 7), ("yard", 11), ("gate", 3)])
def test_boxes_agree_with_the_drawn_pixels(name: str, seed: int) -> None:
    layout = make_layout(name, seed, W, H)
    stage = Stage(layout, seed, W, H)
    schedule = Schedule(layout, seed)
    checked = 0
    for t_ms in range(3_000, 60_000, 5_700):
        for actor in schedule.actors(t_ms):
            truths = stage.truth((actor,))
            if not truths or truths[0].visible < 0.3:
                continue
            difference = _difference(stage, actor, t_ms)
            x1, y1, x2, y2 = truths[0].box
            rows, cols = slice(round(y1 * H), round(y2 * H)), slice(round(x1 * W), round(x2 * W))
            shape = difference[rows, cols]
            assert shape.any(axis=0).mean() > 0.6  # most columns and lines of the box are the actor's
            assert shape.any(axis=1).mean() > 0.6
            head = difference[: max(0, rows.start - 1)]  # a shadow never lies above the head
            assert not head[:, cols].any()
            checked += 1
    assert checked >= 4


def _difference(stage: Stage, actor: Actor, t_ms: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    with_actor = stage.picture((actor,), t_ms)[:H].astype(int)
    return np.asarray(np.abs(with_actor - stage.picture((), t_ms)[:H]) > 6)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_yard_keeps_its_schedule(seed: int) -> None:
    layout = make_layout("yard", seed, 320, 180)
    schedule, zone, step_ms = Schedule(layout, seed), layout.zone, 200
    spans: list[list[int]] = []
    for t_ms in range(0, 150_000, step_ms):
        inside = [
            actor
            for actor in schedule.actors(t_ms)
            if actor.look is not None and zone.x1 < actor.x < zone.x2 and zone.z1 < actor.z < zone.z2
        ]
        assert all(actor.look is not None and actor.look.helmet is None for actor in inside)
        if inside and spans and t_ms - spans[-1][1] <= step_ms:
            spans[-1][1] = t_ms
        elif inside:
            spans.append([t_ms, t_ms])
    assert spans[0][0] <= 8_000
    assert len(spans) >= 4
    for (start_a, end_a), (start_b, _) in itertools.pairwise(spans):
        assert end_a - start_a > 5_000
        assert 25_000 <= start_b - start_a <= 40_000
        assert start_b - end_a >= 6_000


def test_the_first_intruder_of_a_yard_is_seen_in_the_zone_without_helmet() -> None:
    scene = Scene("yard", 7, 320, 180)
    seen = [_intruders(scene, t_ms) for t_ms in range(8_000, 12_500, 500)]
    assert all(len(inside) == 1 for inside in seen)
    assert {(inside[0].id, inside[0].helmet) for inside in seen} == {(0, False)}
    assert not any(_intruders(scene, t_ms) for t_ms in range(18_000, 24_000, 1_000))


def test_gate_is_mostly_compliant_and_a_truck_passes() -> None:
    schedule = Schedule(make_layout("gate", 5, 320, 180), 5)
    seen = [actor for t_ms in range(0, 300_000, 500) for actor in schedule.actors(t_ms)]
    bare = {actor.id for actor in seen if actor.look is not None and actor.look.helmet is None}
    worn = {actor.id for actor in seen if actor.look is not None and actor.look.helmet is not None}
    assert 4 <= len(bare) <= 6
    assert len(worn) > 2 * len(bare)
    assert any(actor.kind == "truck" for actor in seen)


def test_nobody_is_there_before_time_zero(yard: Scene) -> None:
    assert yard.truth(-5_000) == ()
    assert yard.luma_chroma(-5_000).shape == (H * 3 // 2, W)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("scene://yard?seed=7", ("yard", 7, 15)),
        ("scene://gate", ("gate", 7, 15)),
        ("scene://yard/?seed=0", ("yard", 0, 15)),
        ("scene://yard?fps=5&seed=3", ("yard", 3, 5)),
    ],
)
def test_urls_are_read(url: str, meant: tuple[str, int, int]) -> None:
    assert parse_scene_url(url) == SceneUrl(*meant)


@pytest.mark.parametrize(
    ("url", "field"),
    [
        ("scene://moon?seed=1", "name"),
        ("scene://", "name"),
        ("rtsp://yard?seed=1", "url"),
        ("scene://yard/x", "url"),
        ("scene://yard#f", "url"),
        ("scene://[", "url"),
        ("scene://yard?seed", "url"),
        ("scene://yard?seed=-1", "seed"),
        ("scene://yard?seed=4294967296", "seed"),
        ("scene://yard?seed=\u0667", "seed"),
        ("scene://yard?speed=1", "speed"),
        ("scene://yard?fps=0", "fps"),
        ("scene://yard?fps=31", "fps"),
        ("scene://yard?fps=1.5", "fps"),
    ],
)
def test_bad_urls_name_their_fault(url: str, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse_scene_url(url)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("moon", 1), "name"),
        (("yard", -1), "seed"),
        (("yard", 1, 641), "width_px"),
        (("yard", 1, 640, 362), "height_px"),
    ],
)
def test_bad_scenes_name_their_fault(arguments: tuple[str, int], field: str) -> None:
    with pytest.raises(Rejected) as caught:
        Scene(*arguments)
    assert caught.value.field == field
