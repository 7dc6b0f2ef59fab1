"""The command line's words on the recording proof."""

from controller.cli.proof import gap_lines, lines, share, table
from controller.ports import State
from tests.builders import T0

HOUR = 3_600_000
CAUSES = [
    {"cause": "agent down", "planned": False, "ms": 2 * HOUR, "gaps": 1},
    {"cause": "recording off", "planned": True, "ms": HOUR, "gaps": 3},
]
DAY = {
    "counted_ms": 24 * HOUR,
    "recorded_ms": 20 * HOUR,
    "planned_ms": HOUR,
    "missing_ms": 2 * HOUR,
    "untold_ms": HOUR,
    "due_ms": 23 * HOUR,
    "causes": CAUSES,
}
PROVEN: State = {
    "days": [{"date": "2026-03-01"}, {"date": "2026-03-02"}],
    "cameras": [{"camera": "gate.yard", "recorded_ms": 20 * HOUR, "due_ms": 23 * HOUR, "days": [None, DAY]}],
}


def test_a_day_that_is_not_whole_says_why() -> None:
    assert list(lines(PROVEN)) == [
        "gate.yard: 86.9% recorded",
        "  2026-03-02  86.9%  agent down 2:00:00, recording off (planned) 1:00:00, not told yet 1:00:00",
    ]


def test_a_share_is_never_rounded_up_to_the_whole() -> None:
    assert share(999_999, 1_000_000) == "99.9%"
    assert share(5, 5) == "100.0%"
    assert share(0, 0) == "-"


def test_the_sheet_has_a_row_for_each_camera_and_day() -> None:
    head, row = table(PROVEN)
    assert dict(zip(head, row, strict=True)) | {"causes": ""} == {
        **{key: value for key, value in DAY.items() if key != "causes"},
        "camera": "gate.yard",
        "date": "2026-03-02",
        "causes": "",
    }
    assert row[-1] == "agent down 7200000; recording off (planned) 3600000"


def test_gaps_are_told_one_by_one() -> None:
    gap = {"start_ms": T0, "end_ms": T0 + 90_000, "cause": "lost", "planned": True, "covered_ms": 90_000}
    assert list(gap_lines({"gate.yard": [gap]})) == [
        "gate.yard 2026-03-01 08:00:00 - 2026-03-01 08:01:30 UTC: lost (planned)"
    ]
