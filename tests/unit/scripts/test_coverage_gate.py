"""The coverage gate lets through what is covered and nothing else."""

import json
from pathlib import Path

import pytest

from scripts.coverage_gate import judge


def report(folder: Path, **percents: int) -> Path:
    """A coverage report in which each file has 100 lines, so many of them covered."""
    files = {
        name.replace("__", "/") + ".py": {
            "summary": {"covered_lines": value, "num_statements": 100, "covered_branches": 0, "num_branches": 0}
        }
        for name, value in percents.items()
    }
    path = folder / "coverage.json"
    path.write_text(json.dumps({"files": files}))
    return path


@pytest.mark.parametrize(
    ("percents", "good"),
    [
        ({"edge_agent__core__ring": 90, "shared__ids": 80}, True),
        ({"edge_agent__core__ring": 89, "shared__ids": 100}, False),
        ({"controller__core__rules": 100, "controller__api__alarms": 59}, False),
        ({"controller__core__rules": 89, "shared__ids": 100}, False),
        ({"controller__flows__verify": 89, "shared__ids": 100}, False),
        ({"controller__flows__sweep": 80, "shared__ids": 80}, True),
        ({"shared__ids": 79}, False),
    ],
)
def test_each_part_has_its_least(tmp_path: Path, percents: dict[str, int], good: bool) -> None:
    assert judge(report(tmp_path, **percents)) is good


def test_no_report_is_a_failure(tmp_path: Path) -> None:
    assert not judge(tmp_path / "missing.json")
