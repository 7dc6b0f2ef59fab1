"""What counts as well, for how long, and where an update may go."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.update import GATE_MS, SLOTS, Gate, Turn, Well, after_cut, begin, free_slot, lacking, try_it

WAS = Well("1.0", 7, 1_000, broker=True, live=("n1.a", "n1.b"), ring=("n1.a",))
NOW = replace(WAS, version="2.0", process=8)
TURN = try_it(begin("2.0", "1.0", "slots/a", "slots/b"), WAS)


@given(st.sets(st.sampled_from([*SLOTS, "versions/1.0"]), max_size=1), st.sampled_from(["versions/1.0", "slots/a"]))
def test_what_runs_and_what_was_good_is_never_filled(used: set[str], other: str) -> None:
    assert free_slot({*used, other} - {"slots/b"}) not in {*used, other} - {"slots/b"}


@pytest.mark.parametrize(
    ("well", "lacks"),
    [
        (NOW, ""),
        (None, "the agent says nothing"),
        (replace(NOW, at_ms=1_000 - 10_001), "the agent says nothing"),
        (replace(NOW, at_ms=1_001), "the agent says nothing"),  # of another start of the machine
        (WAS, "the agent that runs is 1.0"),
        (replace(NOW, broker=False), "the broker is not connected"),
        (replace(NOW, live=("n1.a",)), "not live: n1.b"),
        (replace(NOW, ring=()), "its ring is not written: n1.a"),
    ],
)
def test_what_was_well_before_has_to_be_well_again(well: Well | None, lacks: str) -> None:
    assert lacking(TURN, well, 1_000) == lacks


def test_what_was_away_before_is_not_waited_for() -> None:
    away = replace(TURN, was=replace(WAS, broker=False, live=(), ring=()))
    assert lacking(away, replace(NOW, broker=False, live=(), ring=()), 1_000) == ""


def test_where_nobody_said_how_it_was_a_camera_has_to_record() -> None:
    unknown = replace(TURN, was=None)
    assert lacking(unknown, replace(NOW, live=("n1.a",), ring=("n1.a",)), 1_000) == ""
    assert lacking(unknown, NOW, 1_000) == "no camera is live and recorded"
    assert lacking(unknown, replace(NOW, live=(), ring=()), 1_000) == "no camera is live and recorded"


def test_well_is_for_a_while_and_by_one_process() -> None:
    gate, verdict = Gate(0).look(0, "", 5)
    assert verdict == "wait"
    gate, verdict = gate.look(9_999, "", 5)
    assert verdict == "wait"
    again, verdict = gate.look(10_000, "", 6)  # it was started anew meanwhile
    assert verdict == "wait"
    assert again.look(19_999, "", 6)[1] == "wait"
    assert gate.look(10_000, "", 5)[1] == "keep"
    dark, _ = gate.look(9_999, "not live", 5)
    assert dark.look(10_000, "", 5)[1] == "wait"
    assert gate.look(GATE_MS, "not live", 5)[1] == "late"


def test_what_was_cut_off_goes_on_or_back() -> None:
    installing = begin("2.0", "1.0", "slots/a", "slots/b")
    assert after_cut(installing, "slots/b").result == "failed"
    assert after_cut(TURN, "slots/b").result == "failed"
    second = after_cut(TURN, "slots/a")
    assert (second.step, second.starts) == ("trying", 2)
    assert after_cut(after_cut(second, "slots/a"), "slots/a").step == "returning"
    assert after_cut(Turn(), "slots/a") == Turn()
