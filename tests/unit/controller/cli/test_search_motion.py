"""`cctv search motion`: a table, JSON, and what explains that nothing was found."""

import asyncio
import json

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from controller.adapters.database import Database
from controller.adapters.motion_rows import keep_motion
from controller.app.site import Site, prepare_site
from controller.cli import search_motion
from controller.cli.search import search
from shared.motion_grid import COLUMNS, MINUTE_MS, ROWS, grid_of
from tests.fakes.tables import make_tables

SPAN = ["--from", "2026-03-01T00:00Z", "--to", "2026-03-02T00:00Z"]
MIDNIGHT_MS = 1_772_323_200_000
LEFT = ["--region", "0,0 0.5,0 0.5,1 0,1"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = prepare_site(tmp_path_factory.mktemp("motion") / "data", port=1)
    asyncio.run(fill(made))
    return made


async def fill(site: Site) -> None:
    database = Database(site.settings.database())
    await make_tables(database)
    moved = np.zeros((12, ROWS, COLUMNS), np.bool_)
    moved[2:4, :, :16] = True
    async with database.writing() as session:
        for place in (60, 120, 180):
            await keep_motion(session, "gate.yard", MIDNIGHT_MS + place * MINUTE_MS, grid_of(moved))
            await session.flush()
    await database.close()


def told(site: Site, *words: str) -> Result:
    assert search_motion.motion is not None
    return CliRunner().invoke(search, ["motion", *words, "--data", str(site.data_dir)])


def test_motion_is_a_table_newest_first(site: Site) -> None:
    result = told(site, "--camera", "gate.yard", *LEFT, *SPAN)
    assert result.exit_code == 0, result.output
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["UTC", "LASTED_S", "MOST_AT", "SHARE"],
        ["2026-03-01", "03:00:10", "10.0", "2026-03-01", "03:00:17", "100%"],
        ["2026-03-01", "02:00:10", "10.0", "2026-03-01", "02:00:17", "100%"],
        ["2026-03-01", "01:00:10", "10.0", "2026-03-01", "01:00:17", "100%"],
    ]


def test_json_holds_the_page_and_the_cursor_leads_on(site: Site) -> None:
    words = ["--camera", "gate.yard", *LEFT, *SPAN, "--json"]
    page = json.loads(told(site, *words, "--limit", "2").stdout)
    assert [one["start_ms"] for one in page["items"]] == [MIDNIGHT_MS + h * 3_600_000 + 10_000 for h in (3, 2)]
    after = json.loads(told(site, *words, "--cursor", page["next"]).stdout)
    assert ([one["start_ms"] for one in after["items"]], after["next"]) == ([MIDNIGHT_MS + 3_610_000], None)


def test_an_empty_answer_says_why_and_exits_with_1(site: Site) -> None:
    for words, why in (
        (["--camera", "gate.door", *LEFT, *SPAN], "to 2026-03-02 00:00:00 UTC: its node never told"),
        (
            ["--camera", "gate.yard", *LEFT, "--from", "2026-02-01T00:00Z", "--to", "2026-02-02T00:00Z"],
            "tells where something moved since 2026-03-01 01:00:00 UTC only",
        ),
        (["--camera", "gate.yard", "--region", "0.6,0 1,0 1,1", *SPAN], "to 2026-03-02 00:00:00 UTC\n"),
    ):
        result = told(site, *words)
        assert (result.exit_code, result.stdout) == (1, "")
        assert why in result.stderr


@pytest.mark.parametrize("wrong", [["--region", "0,0 1,1"], ["--region", "0,0 1,0 1,1", "--share", "2"]])
def test_what_is_wrong_exits_with_2(site: Site, wrong: list[str]) -> None:
    result = told(site, "--camera", "gate.yard", *wrong)
    assert (result.exit_code, result.stderr.startswith("cctv: ")) == (2, True), result.stderr
