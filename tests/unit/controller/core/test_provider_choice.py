"""The fastest provider is taken, and what is preferred where it makes no difference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.provider_choice import GAIN, fastest


@pytest.mark.parametrize(
    ("speeds", "taken"),
    [
        ([("openvino", 10.0), ("cpu", 30.0)], "cpu"),
        ([("cuda", 100.0), ("openvino", 40.0), ("cpu", 30.0)], "cuda"),
        ([("cuda", 30.0), ("cpu", 31.0)], "cuda"),
        ([("cuda", 0.0), ("cpu", 5.0)], "cpu"),
        ([("cpu", 5.0)], "cpu"),
    ],
)
def test_the_fastest_is_taken(speeds: list[tuple[str, float]], taken: str) -> None:
    assert fastest(speeds) == taken


@given(st.lists(st.floats(0.1, 1000), min_size=1, max_size=5))
def test_nothing_is_much_faster_than_what_is_taken(speeds: list[float]) -> None:
    named = [(str(number), speed) for number, speed in enumerate(speeds)]
    assert dict(named)[fastest(named)] * GAIN >= max(speeds)
