"""The command line's moments and lines."""

import pytest

from controller.cli.footage import line_of, parse_moment
from shared.errors import Rejected
from tests.builders import T0


def test_a_moment_says_its_zone() -> None:
    assert parse_moment("2026-03-01T17:00+09:00", "FROM") == T0
    assert parse_moment("2026-03-01T08:00:00Z", "FROM") == T0
    for text in ("2026-03-01T17:00", "yesterday", ""):
        with pytest.raises(Rejected, match="FROM"):
            parse_moment(text, "FROM")


def test_a_line_tells_a_request_and_why_it_waits() -> None:
    state = {"id": "7", "camera": "gate.yard", "start_ms": T0, "end_ms": T0 + 90_000, "who": "kim", "state": "waiting"}
    line = line_of({**state, "reason": "node offline"})
    assert line == (
        "7 gate.yard 2026-03-01 08:00:00 to 2026-03-01 08:01:30 UTC: waiting (node offline), asked by kim\n"
    )
    assert "()" not in line_of({**state, "reason": ""})
