"""How fast detectors are: the best of a few rounds in turn, and nothing for one that fails."""

from typing import Any, cast

import numpy as np
import pytest

from controller.adapters.speed_trial import speeds_of
from shared.errors import Broken

PICTURE = np.zeros((4, 4, 3), np.uint8)


class Timed:
    """Takes what it is told, one inference after the other, on a timer of its own making."""

    now_s = 0.0

    def __init__(self, *seconds: float, fails_at: int | None = None) -> None:
        self.seconds, self.fails_at, self.calls = seconds, fails_at, 0

    def detect(self, pictures: Any) -> Any:
        self.calls += 1
        if self.calls == self.fails_at:
            raise Broken("the device is gone")
        Timed.now_s += self.seconds[min(self.calls, len(self.seconds)) - 1]
        return [()] * len(pictures)


def speeds(*timed: Timed) -> list[float]:
    Timed.now_s = 0.0
    return speeds_of(cast("Any", timed), [PICTURE], lambda: Timed.now_s)


def test_the_first_round_and_a_disturbed_one_do_not_count() -> None:
    assert speeds(Timed(9.0, 0.2, 0.1, 0.3)) == pytest.approx([40.0])


def test_a_slow_one_is_measured_once() -> None:
    slow = Timed(5.0)
    assert speeds(slow) == pytest.approx([0.8])
    assert slow.calls == 2


@pytest.mark.parametrize("fails_at", [1, 3])
def test_one_that_fails_is_not_fast_and_is_left_alone(fails_at: int) -> None:
    bad, good = Timed(0.01, fails_at=fails_at), Timed(0.1)
    assert speeds(bad, good) == pytest.approx([0.0, 40.0])
    assert bad.calls == fails_at
