"""`cctv report`: text, JSON, CSV, and what is wrong with an option."""

import asyncio
import json

import pytest
from typer.testing import CliRunner, Result

from controller.adapters.database import Database
from controller.adapters.people_store import PeopleStore
from controller.api.report_schemas import ReportOut, ReportTrend
from controller.app.site import Site, prepare_site
from controller.cli import app
from controller.cli.report import text_lines, write
from shared.clock import SystemClock
from shared.ids import SiteId
from tests.fakes.tables import make_tables


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = prepare_site(tmp_path_factory.mktemp("report") / "data", port=1)

    async def fill() -> None:
        database = Database(made.settings.database())
        await make_tables(database)
        await PeopleStore(database, SystemClock()).prepare_site(SiteId(made.settings.site))
        await database.close()

    asyncio.run(fill())
    return made


def told(site: Site, *words: str) -> Result:
    assert write.__name__ == "write"  # it is a command of `cctv`
    return CliRunner().invoke(app, ["report", *words, "--data", str(site.data_dir)])


def test_a_quiet_day_is_told_as_text_json_and_csv(site: Site) -> None:
    text = told(site, "day", "--day", "2026-03-01")
    assert (text.exit_code, text.stdout.splitlines()[0]) == (0, "day 2026-03-01, Asia/Seoul")
    assert "alarms: 0 (0 before), 0 open, 0 more under maintenance" in text.stdout
    assert "false and nuisance -" in text.stdout
    told_week = json.loads(told(site, "week", "--day", "2026-03-04", "--format", "json").stdout)
    trend = ReportTrend.model_validate(told_week.pop("trend"))
    assert (str(trend.points[-1].day), trend.points[-1].rate) == ("2026-03-02", None)
    found = ReportOut.model_validate(told_week)
    assert (str(found.day), found.minutes, found.people) == ("2026-03-02", 7 * 1440, None)
    table = told(site, "shift", "--day", "2026-03-01", "--hours", "22:00-06:00", "--format", "csv", "--names")
    assert table.stdout.startswith("\ufeffsection,name,detail,figure,value,unit")


def test_what_cannot_be_meant_exits_with_2(site: Site) -> None:
    for wrong, field in (
        (["shift"], "hours"),
        (["day", "--day", "soon"], "day"),
        (["day", "--hours", "25:00-26:00"], "hours"),
        (["day", "--day", "2099-01-01"], "day"),
    ):
        result = told(site, *wrong)
        assert (result.exit_code, field in result.stderr) == (2, True), result.stderr


def test_lines_tell_what_is_not_known(site: Site) -> None:
    report = json.loads(told(site, "day", "--day", "2026-03-01", "--format", "json").stdout)
    report["worn"] = [
        {"camera": "gate.yard", "item": "vest", "compliant_ms": 0, "missing_ms": 0, "unknown_ms": 90_000, "rate": None}
    ]
    report["exposure"] = [{"zone_name": None, "kind": "loitering", "held_ms": 90_000, "occurrences": 2}]
    report["hours"] = [1320, 360]
    report["people"] = [{"who": "kim", "acknowledged": 3, "acknowledge_median_s": 2.5}]
    report["presence"] = [
        {"zone_name": "Yard", "rule_name": "helmet", "rate": 0.75, "exposure_ms": 30_000, "present_ms": 180_000}
        | {"unknown_ms": 60_000, "judged_share": 0.5},
    ]
    lines = text_lines(report)
    assert "person-time: no figure, nothing was judged" in lines
    assert "Yard, helmet: 75.0% kept, exposed 0.5 min of 3.0 min, 1.0 min unknown; 50.0% of the period judged" in lines
    assert "2026-03-01:     0 alarms, - kept, - exposed" in lines
    lines = [line for line in lines if not line.startswith("2026-")]
    assert lines[0] == "day 2026-03-01 22:00-06:00, Asia/Seoul"
    assert lines[-3:] == [
        "     1.5 min in 2: no zone, loitering",
        "gate.yard vest: - worn (0.0 min worn, 0.0 missing, 1.5 unknown)",
        "kim: 3 acknowledged, 2.5 s (median)",
    ]
