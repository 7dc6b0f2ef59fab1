"""The recording proof as a table for spreadsheets."""

import csv
import io
from typing import Any

from controller.core.proof_table import proof_csv, rows

HOUR = 3_600_000
CAUSES = [
    {"cause": "agent down", "planned": False, "ms": 2 * HOUR, "gaps": 1},
    {"cause": "recording off", "planned": True, "ms": HOUR, "gaps": 3},
]
DAY: dict[str, Any] = {
    "counted_ms": 24 * HOUR, "recorded_ms": 20 * HOUR, "planned_ms": HOUR, "missing_ms": 2 * HOUR, "untold_ms": HOUR,
    "due_ms": 23 * HOUR, "causes": CAUSES,
}  # fmt: skip
PROVEN: dict[str, Any] = {
    "days": [{"date": "2026-03-01"}, {"date": "2026-03-02"}],
    "cameras": [{"camera": "gate.yard", "recorded_ms": 20 * HOUR, "due_ms": 23 * HOUR, "days": [None, DAY]}],
}


def test_the_sheet_has_a_row_for_each_camera_and_day() -> None:
    head, row = rows(PROVEN)
    assert dict(zip(head, row, strict=True)) == {
        **DAY,
        "camera": "gate.yard",
        "date": "2026-03-02",
        "causes": "agent down 7200000; recording off (planned) 3600000",
    }


def test_a_spreadsheet_reads_it_as_utf_8_and_takes_no_cell_for_a_formula() -> None:
    for sign in "=+-@":
        day = {**DAY, "causes": [{"cause": f"{sign}1+1 장애", "planned": False, "ms": 1, "gaps": 1}]}
        text = proof_csv({**PROVEN, "cameras": [{"camera": "gate.yard", "days": [None, day]}]})
        assert text.startswith("\ufeffcamera,")
        assert text.endswith("\r\n")
        assert list(csv.reader(io.StringIO(text)))[1][-1] == f"'{sign}1+1 장애 1"
