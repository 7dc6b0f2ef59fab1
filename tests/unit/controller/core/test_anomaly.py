"""What a model's answer is worth as a score, and when a camera lacks scores."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from controller.core.anomaly import (
    LACKING_MS,
    PictureScore,
    ScoreHead,
    ScoreRange,
    ScorerInfo,
    ScoreWatch,
    check_range,
    recognise_score,
    scaled,
)
from controller.core.verdict import add_score
from shared.errors import Rejected

GIVEN = np.zeros((1, 3, 32, 32), np.float32)
ONE = np.array([0.25], np.float32)
MAP = np.zeros((1, 1, 32, 32), np.float32)


@pytest.mark.parametrize(
    ("outputs", "head"),
    [
        ({"output": ONE}, ScoreHead("score", "output")),
        ({"output": np.array([[0.25]], np.float32)}, ScoreHead("score", "output")),
        ({"output": np.array(0.25, np.float32)}, ScoreHead("score", "output")),
        ({"map": MAP, "score": ONE}, ScoreHead("score", "score")),
        ({"pred_score": ONE, "pred_label": np.array([True])}, ScoreHead("score", "pred_score")),
        (
            {"pred_score": ONE, "pred_label": ONE, "anomaly_map": MAP, "pred_mask": MAP},
            ScoreHead("anomalib", "pred_score"),
        ),
        ({"again": GIVEN}, ScoreHead("reconstruction", "again")),
        ({"code": np.zeros((1, 9), np.float32), "again": GIVEN}, ScoreHead("reconstruction", "again")),
        ({"map": MAP}, None),
        ({"a": ONE, "b": ONE}, None),
        ({"count": np.array([3])}, None),
        ({"rows": np.zeros((1, 6, 84), np.float32)}, None),
        ({}, None),
    ],
)
def test_the_kind_is_told_by_names_and_shapes(outputs: dict[str, NDArray[Any]], head: ScoreHead | None) -> None:
    assert recognise_score(outputs, GIVEN) == head


def test_an_error_of_reconstruction_is_the_mean_of_its_squares() -> None:
    head = ScoreHead("reconstruction", "again")
    other = GIVEN.copy()
    other[0, 0] = 3.0
    assert head.raw({"again": other}, GIVEN) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("head", "outputs", "told"),
    [
        (ScoreHead("score", "s"), {"s": np.array([math.nan])}, "no number"),
        (ScoreHead("score", "s"), {"s": np.array([math.inf])}, "no number"),
        (ScoreHead("score", "s"), {"s": np.array([0.1, 0.2])}, "not one number"),
        (ScoreHead("score", "s"), {"t": ONE}, "no 's'"),
        (ScoreHead("reconstruction", "s"), {"s": MAP}, "for a picture of"),
        (ScoreHead("reconstruction", "s"), {"s": GIVEN + math.nan}, "no number"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(
    head: ScoreHead,
    outputs: dict[str, NDArray[Any]],
    told: str,
) -> None:
    with pytest.raises(Rejected, match=told):
        head.raw(outputs, GIVEN)


@given(st.floats(-1e6, 1e6), st.floats(-1e3, 1e3), st.floats(0.01, 1e3))
def test_beyond_its_range_a_number_is_an_end_only_where_that_is_declared(
    number: float, low: float, span: float
) -> None:
    high = low + span
    clipped = scaled(number, ScoreRange(low, high, clip=True))
    assert 0 <= clipped <= 1
    try:
        strict = scaled(number, ScoreRange(low, high))
    except Rejected:
        assert number < low or number > high
        assert clipped in (0.0, 1.0)
    else:
        assert strict == clipped
        assert low - span * 1e-5 <= number <= high + span * 1e-5


def test_a_range_is_one_and_an_error_needs_one() -> None:
    check_range("score", None)
    check_range("reconstruction", ScoreRange(0, 0.1))
    for low, high in ((1.0, 1.0), (1.0, 0.0), (math.nan, 1.0), (0.0, math.inf)):
        with pytest.raises(Rejected, match="no range"):
            check_range("score", ScoreRange(low, high))
    with pytest.raises(Rejected, match="--score-range"):
        check_range("reconstruction", None)


def test_scores_are_missing_after_a_while_and_only_where_they_are_asked_for() -> None:
    watch = ScoreWatch()
    for at_ms in range(100_000, 120_000, 500):
        watch.note(at_ms, wanted=False, scored=False)
        assert watch.missing_since_ms is None
    for at_ms in range(120_000, 120_000 + LACKING_MS, 500):
        watch.note(at_ms, wanted=True, scored=False)
        assert watch.missing_since_ms is None
    watch.note(120_000 + LACKING_MS, wanted=True, scored=False)
    assert watch.missing_since_ms == 120_000
    watch.note(121_000 + LACKING_MS, wanted=True, scored=True)
    assert watch.missing_since_ms is None


def test_a_camera_that_was_away_is_not_without_scores_when_it_comes_back() -> None:
    watch = ScoreWatch()
    watch.note(100_000, wanted=True, scored=True)
    watch.note(900_000, wanted=True, scored=False)
    assert watch.missing_since_ms is None


def test_a_verdict_knows_the_worst_score_and_who_gave_it() -> None:
    by = ScorerInfo("odd", "a" * 64)
    summary = None
    for pts_ms, score in ((1, 0.2), (2, 0.9), (3, 0.4)):
        summary = add_score(summary, PictureScore(pts_ms, score, by))
    assert summary is not None
    assert (summary.most, summary.most_ms, summary.count, summary.model) == (0.9, 2, 3, "odd")
