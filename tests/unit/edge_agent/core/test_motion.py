"""Motion in drawn pictures: what moves is found, what only the light or the weather does is not."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.core.activity import ActivityState, Interval, finish, step
from edge_agent.core.media import LumaFrame
from edge_agent.core.motion import MotionMeter, MotionRules, MotionZone
from shared.errors import Rejected

HEIGHT, WIDTH, FPS = 180, 320, 10
Picture = NDArray[np.float64]
Change = Callable[[Picture, float], Picture]


def backdrop() -> Picture:
    """Boxes of several greys on a slope: edges, flats and dark corners."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    picture = 60 + 90 * columns / WIDTH + 20 * np.sin(rows / 9)
    picture[20:80, 30:90] = 40
    picture[90:160, 200:290] = 190
    return np.asarray(picture, np.float64)


def frames(change: Change, seconds: float, noise: float = 2.0) -> Iterator[LumaFrame]:
    grain = np.random.default_rng(5).normal(0, noise, (5, HEIGHT, WIDTH))
    for number in range(int(seconds * FPS)):
        at_s = number / FPS
        picture = change(backdrop(), at_s) + grain[number % 5]
        yield LumaFrame(number * 1000 // FPS, np.clip(picture, 0, 255).astype(np.uint8))


def intervals(change: Change, seconds: float = 12, rules: MotionRules | None = None) -> list[Interval]:
    meter, state = MotionMeter(rules), ActivityState()
    found: list[Interval] = []
    for frame in frames(change, seconds):
        state, closed = step(state, meter.judge(frame))
        if closed is not None:
            found.append(closed)
    last = finish(state)
    return found if last is None else [*found, last]


def walker(picture: Picture, at_s: float, begin_s: float = 4, end_s: float = 8) -> Picture:
    if begin_s <= at_s < end_s:
        left = int((at_s - begin_s) / (end_s - begin_s) * (WIDTH - 20))
        picture[70:120, left : left + 16] = 235 - 90 * (np.mgrid[:50, :16][0] // 10 % 2)
    return picture


def ramp(picture: Picture, at_s: float) -> Picture:
    return np.asarray(picture * (1 - 0.4 * min(1.0, max(0.0, (at_s - 3) / 4))), np.float64)


def exposure_step(picture: Picture, at_s: float) -> Picture:
    return np.asarray(picture * (1.25 if at_s > 5 else 1.0), np.float64)


def gamma(picture: Picture, at_s: float) -> Picture:
    return np.asarray(255 * np.clip(picture / 255, 0, 1) ** (1.3 if at_s > 5 else 1.0), np.float64)


def flicker(picture: Picture, at_s: float) -> Picture:
    return np.asarray(picture * (1 + 0.06 * np.sin(2 * np.pi * 3.3 * at_s)), np.float64)


def cloud(picture: Picture, at_s: float) -> Picture:
    columns = np.mgrid[:HEIGHT, :WIDTH][1]
    edge = (at_s - 3) / 5 * WIDTH * 1.6 - 0.3 * WIDTH
    return np.asarray(picture * (1 - 0.4 / (1 + np.exp((columns - edge) / (WIDTH * 0.2)))))


def rain(picture: Picture, at_s: float) -> Picture:
    rng = np.random.default_rng(int(at_s * 1000))
    for _ in range(40):
        top, left = int(rng.integers(0, HEIGHT - 20)), int(rng.integers(0, WIDTH))
        picture[top : top + 15, left] += 25
    return picture


def mains_flicker(picture: Picture, at_s: float) -> Picture:
    """Lamps at 50 Hz and a rolling shutter: bright bands that drift over the rows."""
    rows = np.mgrid[:HEIGHT, :WIDTH][0]
    phase = 2 * np.pi * 100.07 * (at_s + rows / HEIGHT / 30)
    return np.asarray(picture * (1 + 0.08 * np.sin(phase)))


def dusk(picture: Picture, at_s: float) -> Picture:
    return np.asarray(picture * (1 - 0.75 * at_s / 24), np.float64)


def gain_at_night(picture: Picture, at_s: float) -> Picture:
    """Little light, much gain: grain that is new with every frame."""
    grain = np.random.default_rng(int(at_s * 1000)).normal(0, 8, picture.shape)
    return np.asarray(20 + picture * 0.3 + grain, np.float64)


def headlights(picture: Picture, at_s: float) -> Picture:
    """A car that stays out of the picture throws its soft light over the walls."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    across = (at_s - 4) / 4 * WIDTH * 1.8 - 0.4 * WIDTH
    glow = np.exp(-(((columns - across) / 90) ** 2) - ((rows - 100) / 80) ** 2)
    return np.asarray(picture * 0.4 * (1 + 1.2 * glow), np.float64)


@pytest.mark.parametrize(
    ("change", "seconds"),
    [
        (ramp, 12),
        (exposure_step, 12),
        (gamma, 12),
        (flicker, 12),
        (mains_flicker, 12),
        (cloud, 12),
        (rain, 12),
        (headlights, 12),
        (gain_at_night, 12),
        (dusk, 24),
        (lambda picture, _at: picture, 12),
    ],
)
def test_light_and_weather_are_no_motion(change: Change, seconds: float) -> None:
    assert intervals(change, seconds) == []


@pytest.mark.parametrize(
    "light", [lambda picture, _at: picture, ramp, flicker, mains_flicker, gain_at_night, headlights, dusk]
)
def test_who_walks_through_is_found_in_any_light(light: Change) -> None:
    found = intervals(lambda picture, at_s: light(walker(picture, at_s), at_s))
    assert len(found) == 1
    assert found[0].start_ms == pytest.approx(4000, abs=500)
    assert found[0].end_ms == pytest.approx(8000, abs=600)
    assert 0 < found[0].peak <= 1


def test_who_stands_still_for_a_while_has_not_left() -> None:
    def visitor(picture: Picture, at_s: float) -> Picture:
        # Comes, stands without a stir for 5 s, goes.
        position = min(at_s - 3, 1.5) if at_s < 9.5 else at_s - 8
        if 3 <= at_s < 11:
            left = int(position * 60)
            picture[60:140, left : left + 30] = 20 + 60 * (np.mgrid[:80, :30][0] // 8 % 2)
        return picture

    found = intervals(visitor, 16)
    assert len(found) == 1
    assert found[0].start_ms == pytest.approx(3000, abs=500)
    assert found[0].end_ms == pytest.approx(11_000, abs=700)


def test_what_was_left_behind_becomes_background() -> None:
    def parcel(picture: Picture, at_s: float) -> Picture:
        if at_s >= 3:
            picture[100:130, 40:80] = 240
        return picture

    meter, state, moving_ms = MotionMeter(), ActivityState(), []
    for frame in frames(parcel, 20):
        motion = meter.judge(frame)
        state, _closed = step(state, motion)
        if motion.moving:
            moving_ms.append(motion.pts_ms)
    assert moving_ms
    assert max(moving_ms) < 4000
    assert finish(state) is None


def test_a_mask_hides_what_moves_behind_it() -> None:
    masked = MotionRules(masks=(((0.0, 0.3), (1.0, 0.3), (1.0, 0.75), (0.0, 0.75)),))
    assert intervals(walker, rules=masked) == []


def test_sensitivity_reaches_from_deaf_to_nervous() -> None:
    def faint(picture: Picture, at_s: float) -> Picture:
        if 4 <= at_s < 8:
            left = int((at_s - 4) * 60)
            picture[60:140, left : left + 30] += 12
        return picture

    assert intervals(faint, rules=MotionRules(sensitivity=0.0)) == []
    assert len(intervals(faint, rules=MotionRules(sensitivity=1.0))) >= 1


def faint_walker(picture: Picture, at_s: float) -> Picture:
    """A little brighter than the wall, in the upper half."""
    if 4 <= at_s < 8:
        left = int((at_s - 4) * 60)
        picture[20:80, 90 + left // 2 : 120 + left // 2] += 12
    return picture


UPPER = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5))
LOWER = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))


def test_a_zone_has_its_own_sensitivity_and_the_later_one_counts() -> None:
    def found(*zones: MotionZone) -> int:
        return len(intervals(faint_walker, rules=MotionRules(sensitivity=0.0, zones=zones)))

    assert found() == 0
    assert found(MotionZone(LOWER, 1.0)) == 0
    assert found(MotionZone(UPPER, 1.0)) >= 1
    assert found(MotionZone(UPPER, 1.0), MotionZone(UPPER, 0.0)) == 0


def test_a_mask_wins_over_a_zone() -> None:
    rules = MotionRules(zones=(MotionZone(UPPER, 1.0),), masks=(UPPER,))
    assert intervals(faint_walker, rules=rules) == []


def test_what_is_smaller_than_the_least_size_is_no_motion() -> None:
    assert len(intervals(walker)) == 1
    assert intervals(walker, rules=MotionRules(least_share=0.3)) == []
    assert intervals(walker, rules=MotionRules(least_blocks=100)) == []
    assert len(intervals(walker, rules=MotionRules(least_blocks=2, least_share=0.0))) == 1


def test_a_new_picture_size_starts_anew() -> None:
    meter = MotionMeter()
    meter.judge(LumaFrame(0, np.zeros((80, 80), np.uint8)))
    assert not meter.judge(LumaFrame(100, np.full((160, 80), 200, np.uint8))).moving


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(Rejected, match=r"motion\.sensitivity"):
        MotionMeter(MotionRules(sensitivity=1.5))
    with pytest.raises(Rejected, match=r"motion\.zones\[0\]\.sensitivity"):
        MotionMeter(MotionRules(zones=(MotionZone(UPPER, -1),)))
    with pytest.raises(Rejected, match=r"motion\.least_share"):
        MotionMeter(MotionRules(least_share=2))
    with pytest.raises(Rejected, match="luma"):
        MotionMeter().judge(LumaFrame(0, np.zeros((7, 100), np.uint8)))
