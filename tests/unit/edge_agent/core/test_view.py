"""A camera's view: lost views are named, light, night, noise and crowds are none of it."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.video_file import VideoFile
from edge_agent.core.media import LumaFrame
from edge_agent.core.tamper import Begun, TamperEffect, TamperRules, TamperState, step
from edge_agent.core.view import ViewMeter
from shared.kinds import TamperKind

HEIGHT, WIDTH = 288, 512
LOOK_MS = 250
FILMS = (
    "one-by-one-person-detection.mp4",
    "car-detection.mp4",
    "vtest_480x360.mp4",
    "worker-zone-preview.mp4",
    "person-bicycle-car-detection-7sec.mp4",
)
Luma = NDArray[np.uint8]
Picture = NDArray[np.floating[Any]]
Change = Callable[[Picture], Picture]
RNG = np.random.default_rng(11)


def luma(picture: Picture) -> Luma:
    return np.clip(picture, 16, 235).astype(np.uint8)


def grain(picture: Picture, sigma: float) -> Picture:
    return np.asarray(picture + np.float32(sigma) * RNG.standard_normal(picture.shape, np.float32))


@cache
def yard() -> Picture:
    """Walls, windows and stripes, smooth and sharp, over most of the picture."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    picture = 90 + 50 * columns / WIDTH + 15 * np.sin(rows / 7) + 10 * np.sin((rows + columns) / 5)
    boxes = np.random.default_rng(2)
    for _ in range(60):
        top, left = int(boxes.integers(0, HEIGHT - 40)), int(boxes.integers(0, WIDTH - 60))
        picture[top : top + int(boxes.integers(8, 40)), left : left + int(boxes.integers(8, 60))] = boxes.integers(
            30, 210
        )
    return np.asarray(picture, np.float32)


def blurred(picture: Picture, radius: int) -> Picture:
    for axis in (0, 1):
        for _ in range(2):
            wide = np.pad(picture, [(radius, radius) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
            total = np.cumsum(wide, axis=axis)
            ends = np.take(total, range(2 * radius, wide.shape[axis]), axis=axis)
            begins = np.take(total, range(wide.shape[axis] - 2 * radius), axis=axis)
            picture = (ends - begins) / (2 * radius)
    return picture


def cloth(picture: Picture) -> Picture:
    shades = np.linspace(30, 70, picture.shape[1])[None, :] + np.linspace(0, 20, picture.shape[0])[:, None]
    return grain(shades, 2)


def night(picture: Picture) -> Picture:
    return grain((picture - 16) * 0.2 + 18, 6)


def infrared(picture: Picture) -> Picture:
    rows, columns = (np.mgrid[:size, :1][0] / size - 0.5 for size in picture.shape)
    spot = np.exp(-((rows / 0.45) ** 2) - ((columns / 0.45) ** 2).T).astype(np.float32)
    return grain(200 * np.clip((picture - 16) / 219, 0, 1) ** 0.6 * spot + 16, 5)


def watch(pictures: list[Luma], rules: TamperRules | None = None) -> list[TamperEffect]:
    meter, state = ViewMeter(), TamperState()
    told: list[TamperEffect] = []
    for number, picture in enumerate(pictures):
        kind = None if state.open is None else state.open.kind
        seen = meter.look(LumaFrame(number * LOOK_MS, picture), kind)
        state, effects = step(state, number * LOOK_MS, seen, rules or TamperRules())
        told += effects
    return told


def drawn(seconds: int, change: Change = lambda picture: picture, sigma: float = 2.0) -> list[Luma]:
    changed = change(yard())
    return [luma(grain(changed, sigma)) for _ in range(seconds * 1000 // LOOK_MS)]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("covered", cloth),
        ("blurred", lambda picture: blurred(picture, 5)),
        ("moved", lambda picture: np.roll(picture, 60, axis=1)),
        ("moved", lambda picture: picture[::-1]),
        ("black", lambda picture: np.full(picture.shape, 16.0)),
    ],
)
def test_a_lost_view_is_named_once_and_its_return_too(kind: TamperKind, change: Change) -> None:
    told = watch([*drawn(30), *drawn(25, change), *drawn(15)])
    assert [(type(effect).__name__, effect.tamper.kind) for effect in told] == [("Begun", kind), ("Ended", kind)]
    assert 30_000 <= told[0].tamper.start_ms <= 37_000


def test_a_frozen_picture_is_told_and_a_noisy_one_is_not() -> None:
    rules = TamperRules(frozen_raise_ms=10_000)
    assert watch(drawn(40), rules) == []
    told = watch([*drawn(10), *[drawn(1)[0]] * 80], rules)
    assert [effect.tamper.kind for effect in told] == ["frozen"]


def test_a_lens_cap_from_the_start_is_black_and_a_plain_wall_is_nothing() -> None:
    assert [e.tamper.kind for e in watch(drawn(20, lambda picture: np.full(picture.shape, 16.0), 1.0))] == ["black"]
    assert watch([*drawn(30, lambda picture: np.full(picture.shape, 150.0)), *drawn(20, cloth)]) == []


def test_who_turns_the_camera_for_good_is_told_and_then_followed() -> None:
    turned = drawn(1, lambda picture: picture[:, ::-1])
    told = watch([*drawn(30), *turned * 640])
    assert [type(effect).__name__ for effect in told] == ["Begun", "Ended"]
    assert watch([*turned * 40, *drawn(30, lambda picture: picture[:, ::-1])]) == []


def test_small_pictures_say_nothing() -> None:
    assert watch([np.full((2, 2), 0, np.uint8)] * 100) == []


def test_a_change_of_size_starts_anew() -> None:
    assert watch([*drawn(30), *[picture[:200, :300] for picture in drawn(60)]]) == []


@pytest.fixture(scope="module")
def films(test_data: Path) -> dict[str, list[Luma]]:
    found = {}
    for name in FILMS:
        with VideoFile(test_data / "videos" / name) as film:
            found[name] = [frame.luma for frame in film.luma(1000 / LOOK_MS)]
    return found


def lasting(film: list[Luma], seconds: int) -> list[Luma]:
    """The film to and fro, at least this long."""
    wanted = seconds * 1000 // LOOK_MS
    there_and_back = [*film, *film[-2:0:-1]]
    return (there_and_back * (wanted // len(there_and_back) + 1))[: max(wanted, len(film))]


@pytest.mark.parametrize("name", FILMS)
def test_no_real_film_is_taken_for_tampering(films: dict[str, list[Luma]], name: str) -> None:
    assert watch(lasting(films[name], 60)) == []


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize(
    "changes",
    [
        (lambda picture: (picture - 16) * 0.5 + 16, lambda picture: (picture - 16) * 1.8 + 16),
        (night, infrared),
    ],
    ids=["exposure", "night and infra-red"],
)
def test_no_change_of_light_is_taken_for_tampering(
    films: dict[str, list[Luma]], name: str, changes: tuple[Change, ...]
) -> None:
    day = lasting(films[name][:96], 24)[:96]
    changed = [luma(change(picture.astype(np.float32))) for change in changes for picture in day[:60]]
    assert watch([*day, *changed, *day[:32]]) == []


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] if number > 1 else []) for number, name in enumerate(FILMS)]
)
@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("covered", cloth),
        ("blurred", lambda picture: blurred(picture, 8)),
        ("moved", lambda picture: np.roll(picture, (40, 80), axis=(0, 1))),
        ("black", lambda picture: np.full(picture.shape, 16.0)),
    ],
    ids=["covered", "blurred", "moved", "black"],
)
def test_a_lost_view_of_a_real_film_is_told(
    films: dict[str, list[Luma]], name: str, kind: TamperKind, change: Change
) -> None:
    quiet = films[name][:6]  # nobody fills the picture yet
    lost = [luma(change(picture.astype(np.float32))) for picture in quiet]
    told = watch([*lasting(quiet, 24), *lasting(lost, 20)])
    assert [(type(effect), effect.tamper.kind) for effect in told] == [(Begun, kind)]
