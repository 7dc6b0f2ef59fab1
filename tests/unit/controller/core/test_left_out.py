"""What is left of a take without a segment: all of the others, where they lie."""

import pytest

from controller.core.export import Segment, Take, films
from controller.core.left_out import around
from tests.builders import T0
from tests.unit.controller.core.test_export import GRID_MS, source


@pytest.mark.parametrize("first_wanted", [0, 1])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_every_other_segment_stays_and_is_read_from_where_it_lies(first_wanted: int, place: int) -> None:
    span = (T0 + first_wanted * GRID_MS, T0 + (first_wanted + 4) * GRID_MS)
    take = films([source("r", 0, 5)], [span], laid=True)[0].takes[0]
    before, after = around(take, place)
    found = [segment for one in (*before, *after) for segment in one.segments]
    assert found == [segment for at, segment in enumerate(take.segments) if at != place]
    assert (len(before), len(after)) == (int(place > 0), int(place < 3))
    for one in (*before, *after):
        assert (one.start_ms, one.end_ms, one.init_bytes) == (one.segments[0].start_ms, one.segments[-1].end_ms, 100)
        assert one.ranges[-1][1] == one.segments[-1].offset_bytes + 50
        assert one.ranges[0][0] == 0
        assert one.length_bytes == 100 + 50 * len(one.segments)


def test_nothing_is_left_of_one() -> None:
    take = Take("r", "k", "", 150, T0, T0 + GRID_MS, ((0, 150),), (Segment(T0, T0 + GRID_MS, 100, 50),))
    assert around(take, 0) == ((), ())
