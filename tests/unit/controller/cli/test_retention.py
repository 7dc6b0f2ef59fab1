"""The command line of retention and of destinations of exports: lines, and what is refused."""

from typer.testing import CliRunner

from controller.cli import app
from controller.cli.archive import line_of as archive_line
from controller.cli.export_target import line_of, outcome_line
from controller.cli.retention import lines, preview_lines, waiting_lines

FORECAST = {
    "outlook": "fills", "measured_days": 7.0, "day_bytes": 1 << 30, "limit_bytes": 1 << 40, "full_in_days": 12.5,
    "level_bytes": 1 << 40, "keeps_days": 30.0,
}  # fmt: skip
DAYS = {"promoted": 90, "gated": 30, "motion": 7, "continuous": 7}


def test_lines_tell_how_long_and_when_it_is_full() -> None:
    state = {
        "default_days": 30,
        "rules": [{"camera": "gate.yard", "media_class": "motion", "days": 7, "changed_by": "kim"}],
        "cameras": [{"camera": "gate.yard", "days": DAYS}],
        "forecast": FORECAST,
        "waiting": None,
    }
    told = list(lines(state))
    assert told[:2] == ["the settings say 30 days", "gate.yard motion: 7 days, kim"]
    assert told[2] == "  gate.yard: promoted 90, gated 30, motion 7, continuous 7"
    assert "full in 12.5 days" in told[3]


def test_lines_tell_what_waits_for_leave() -> None:
    share = {"kind": "motion", "count": 100, "length_bytes": 9, "due": 60, "due_bytes": 5}
    waiting = {
        "token": "0" * 32, "since_ms": 1_769_000_000_000, "as_of_ms": 1_769_000_000_000, "leapt": True,
        "confirmed": True, "due": 60, "due_bytes": 5 << 30, "stored_bytes": 8 << 30,
        "shares": [share, {**share, "kind": "promoted", "due": 0}],
    }  # fmt: skip
    first, *more = waiting_lines(waiting)
    assert first.startswith("waits for leave since 2026-01-21 12:53 UTC: 60 recordings and pictures, 5.0 GiB of 8.0")
    assert first.endswith("the clock may have leapt: is it right?")
    assert more == ["  motion: 60 of 100", "confirmed: it goes within a minute or two"]


def test_lines_tell_what_would_go() -> None:
    going = [{"camera": "gate.yard", "media_class": "motion", "runs": 3, "bytes": 5 << 30}]
    assert next(preview_lines({"going": going, "forecast_then": FORECAST})).endswith("motion: 3 recordings, 5.0 GiB")
    assert next(preview_lines({"going": [], "forecast_then": FORECAST})) == "nothing that is stored goes at once"


def test_an_unknown_purpose_is_refused() -> None:
    answer = CliRunner().invoke(app, ["retention", "set", "--purpose", "alarms", "--days", "9"])
    assert answer.exit_code != 0
    assert "promoted" in answer.output


def test_lines_tell_a_destination_and_its_test() -> None:
    state = {"name": "nas", "kind": "directory", "path": "/mnt/nas", "endpoint": "", "bucket": "", "prefix": ""}
    assert line_of(state) == "nas directory /mnt/nas\n"
    store = {**state, "kind": "s3", "path": "", "endpoint": "https://s3.site", "bucket": "evidence", "prefix": "yard/"}
    assert line_of(store) == "nas s3 https://s3.site/evidence/yard/\n"
    good = {"ok": True, "reason": "", "detail": "", "free_bytes": 5_000_000_000, "took_ms": 3}
    assert outcome_line("nas", good, "en") == "nas: works: written, read back, removed, 5.0 GB\n"
    bad = {**good, "ok": False, "reason": "target_refused", "detail": "AccessDenied"}
    assert outcome_line("nas", bad, "ko").startswith("nas: 내보낼 곳에서 거부했습니다")
    assert outcome_line("nas", bad, "ko").endswith("(AccessDenied)\n")


def test_a_line_tells_an_archive() -> None:
    state = {
        "name": "nightly", "destination": "nas", "severities": ["high"], "every": "day", "at_min": 185, "next_ms": 0,
        "ok_ms": 0, "fault": "target_full", "failing": True, "copied": 7, "waiting": 2, "bytes": 5 << 20,
    }  # fmt: skip
    line = archive_line(state, "en")
    assert line.startswith("nightly FAILING, its destination is full")
    assert "high -> nas daily 03:05, 7 copied (5.0 MiB), 2 waiting" in line
    assert archive_line({**state, "failing": False, "fault": "", "every": "hour"}, "en").startswith("nightly ok: high")
