"""The newest log lines: few, bounded, clean, in order."""

import json

from edge_agent.core.log_tail import newest_lines


def test_the_newest_for_which_there_is_room_come_in_order() -> None:
    lines = [f"line {number}" for number in range(9)]
    assert json.loads(newest_lines(lines, (), 3, 1_000)) == ["line 6", "line 7", "line 8"]
    assert json.loads(newest_lines(lines, (), 99, 26)) == ["line 7", "line 8"]
    assert json.loads(newest_lines(["x" * 99], (), 9, 50)) == []
    assert newest_lines((), (), 9, 50) == b"[]"


def test_no_line_is_longer_than_allowed_whatever_letters_it_has() -> None:
    assert len(newest_lines(["경보" * 400] * 200, (), 200, 60_000)) <= 60_000


def test_secrets_and_colours_stay_at_home() -> None:
    lines = ["\x1b[2m10:00\x1b[0m rtsp://kim:swordfish@10.0.0.5/one", 'password="swordfish"', "two\nlines"]
    told = json.loads(newest_lines(lines, ("swordfish",), 9, 1_000))
    assert "swordfish" not in "".join(told)
    assert told[0] == "10:00 rtsp://[redacted]@10.0.0.5/one"
    assert told[2] == "two↵lines", "a line stays one, so that numbers fit"
