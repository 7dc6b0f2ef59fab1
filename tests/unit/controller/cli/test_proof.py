"""The command line's words on the recording proof."""

from pathlib import Path

from typer.testing import CliRunner

from controller.adapters.schema import migrate
from controller.app.site import prepare_site
from controller.cli import app
from controller.cli.proof import gap_lines, lines, share
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


def test_gaps_are_told_one_by_one() -> None:
    gap = {"start_ms": T0, "end_ms": T0 + 90_000, "cause": "lost", "planned": True, "covered_ms": 90_000}
    assert list(gap_lines({"gate.yard": [gap]})) == [
        "gate.yard 2026-03-01 08:00:00 - 2026-03-01 08:01:30 UTC: lost (planned)"
    ]


def test_the_command_gives_the_table_of_a_site_without_cameras(tmp_path: Path) -> None:
    site = prepare_site(tmp_path / "data", port=1)
    migrate(site.settings.database())
    told = CliRunner().invoke(app, ["proof", "--csv", "--data", str(site.data_dir)])
    assert (told.exit_code, told.stdout_bytes[:3]) == (0, b"\xef\xbb\xbf"), told.output
    (head,) = told.stdout.splitlines()
    assert head.removeprefix("\ufeff").split(",")[:3] == ["camera", "date", "counted_ms"]
