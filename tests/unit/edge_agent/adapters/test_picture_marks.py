"""Privacy areas and overlay on real frames: in place, ready once, readable."""

import av
import numpy as np
from structlog.testing import capture_logs

from edge_agent.adapters.picture_marks import PictureMarks, array_planes, frame_planes
from edge_agent.core.overlay import OverlayRules
from edge_agent.core.picture_rules import PictureRules

LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
AT_MS = 1_795_276_799_000


def grey(width: int = 320, height: int = 180) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(np.full((height * 3 // 2, width), 100, np.uint8), format="yuv420p")


def test_a_frame_is_drawn_on_where_it_lies() -> None:
    frame = grey(330)  # its lines in memory are longer
    assert frame.planes[0].line_size > 330
    planes = frame_planes(frame)
    for plane, of in zip((planes.y, planes.u, planes.v), frame.planes, strict=True):
        assert np.shares_memory(plane, np.frombuffer(of, np.uint8))  # type: ignore[call-overload]
    marks = PictureMarks(PictureRules(privacy=(LEFT_HALF,), overlay=OverlayRules(text="정문", corner="bottom-right")))
    marks.hide(planes)
    marks.write(planes, AT_MS)
    seen = frame.to_ndarray()[:180]
    assert (seen[:, :164] == 16).all()
    assert (seen[:90, 168:] == 100).all()
    assert seen[120:, 168:].max() > 200
    assert seen[120:, 168:].min() < 30


def test_an_array_with_long_lines_is_drawn_on_where_it_lies() -> None:
    memory = np.full((180 * 3 // 2, 384), 100, np.uint8)
    PictureMarks(PictureRules(privacy=(LEFT_HALF,))).hide(array_planes(memory, (320, 180)))
    assert (memory[:180, :160] == 16).all()
    assert (memory[:180, 162:] == 100).all()  # its edge runs through one block more
    assert (memory[180:].reshape(-1, 192)[:, :80] == 128).all()
    assert (memory[180:].reshape(-1, 192)[:, 81:] == 100).all()


def test_the_picture_changes_once_a_second_and_only_where_the_clock_is() -> None:
    marks = PictureMarks(PictureRules(overlay=OverlayRules(clock=True)))
    seen = []
    for at_ms in (AT_MS, AT_MS + 999, AT_MS + 1000):
        frame = grey()
        marks.write(frame_planes(frame), at_ms)
        seen.append(frame.to_ndarray()[:180])
    assert (seen[0] == seen[1]).all()
    changed = np.argwhere(seen[1] != seen[2])
    assert changed.size
    assert changed[:, 0].max() < 30


def test_with_no_rules_nothing_is_drawn() -> None:
    marks, frame = PictureMarks(PictureRules()), grey()
    marks.hide(frame_planes(frame))
    marks.write(frame_planes(frame), AT_MS)
    assert (frame.to_ndarray() == 100).all()
    assert not marks.hides
    assert not marks.writes


def test_a_picture_too_small_for_letters_is_left_alone_and_that_is_said_once() -> None:
    marks, frame = PictureMarks(PictureRules(overlay=OverlayRules(clock=True, text="공장 동쪽 출입구"))), grey(32, 16)
    with capture_logs() as logs:
        for second in range(3):
            marks.write(frame_planes(frame), AT_MS + 1000 * second)
    assert [entry["event"] for entry in logs] == ["the overlay does not fit"]
    assert (frame.to_ndarray() == 100).all()
