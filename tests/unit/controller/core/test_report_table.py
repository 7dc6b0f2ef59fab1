"""A report as a table for spreadsheets."""

import csv
import io

from controller.core.report_table import HEAD, as_csv

TOTALS = dict.fromkeys(
    ("alarms", "true_alarms", "false_alarms", "nuisance", "unassessed", "escalated", "open", "suppressed"), 2
)
REPORT = {
    "period": "day", "day": "2026-03-01", "from_ms": 1, "until_ms": 2,
    "alarms": {**TOTALS, "nuisance_rate": None}, "before": {**TOTALS, "nuisance_rate": 0.5},
    "safety": {"rate": None, "exposure_ms": None, "present_ms": None},
    "presence": [
        {"zone_name": "적치장, 북", "rule_name": "@helmet", "kind": "ppe_missing", "rate": 0.75, "exposure_ms": 30_000}
        | {"present_ms": 180_000, "breach_ms": 30_000, "unknown_ms": 60_000, "judged_ms": 3_600_000}
        | {"judged_share": 0.0417, "tracks": 4},
    ],
    "trend": {"points": [{"day": "2026-03-01", "alarms": 2, "exposure_ms": 30_000, "rate": 0.75}]},
    "response": {"acknowledge_median_s": 4.5}, "load": {"band": "acceptable", "flood_percent": 0.0},
    "causes": [{"rule_name": '=cmd|"x"', "kind": "zone_intrusion", "severity": "high", **TOTALS}],
    "exposure": [{"zone_name": "적치장, 북", "kind": "zone_intrusion", "held_ms": 90_000, "occurrences": 3}],
    "worn": [
        {"camera": "gate.yard", "item": "helmet"}
        | {"compliant_ms": 60_000, "missing_ms": 0, "unknown_ms": 6_000, "rate": 1},
    ],
    "days": [{"day": "2026-03-01", "alarms": 2}], "hours_of_week": [[0] * 24] * 7, "people": None,
}  # fmt: skip


def test_every_figure_is_a_line_and_no_cell_is_a_formula() -> None:
    text = as_csv(REPORT)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == HEAD
    assert {len(row) for row in rows} == {6}
    assert ["cause", '\'=cmd|"x"', "zone_intrusion high", "alarms", "2", "alarms"] in rows
    assert ["exposure", "적치장, 북", "zone_intrusion", "held", "1.5", "min"] in rows
    of_zone = [row[3:] for row in rows if row[:3] == ["zone", "적치장, 북", "'@helmet ppe_missing"]]
    assert ["exposure", "0.5", "min"] in of_zone
    assert ["rate", "0.75", "share of the time that could be told"] in of_zone
    assert ["safety", "", "", "exposure", "", "min"] in rows  # no figure is no nought
    assert ["trend", "2026-03-01", "", "exposure", "0.5", "min"] in rows
    assert ["equipment", "gate.yard", "helmet", "unknown", "0.1", "min"] in rows
    assert ["alarms", "", "", "nuisance_rate", "", "share of what was assessed"] in rows
    assert not [row for row in rows if row[0] == "person"]
    named = as_csv({**REPORT, "people": [{"who": "kim", "acknowledged": 3, "acknowledge_median_s": 2.5}]})
    assert "person,kim,,acknowledged,3,alarms" in named
