"""`cctv footage delete`: shown first, confirmed by the site's id, listed after."""

import asyncio
import json

import pytest
from typer.testing import CliRunner, Result

from controller.adapters.database import Database
from controller.adapters.tables import CameraRow
from controller.app.site import Site, prepare_site
from controller.cli.deletion import delete, line_of, preview_lines
from controller.cli.footage import footage
from tests.builders import T0
from tests.contract.controller.test_holds import run
from tests.fakes.tables import make_tables

SPAN = ["--from", "2026-03-01T08:00Z", "--to", "2026-03-01T08:00:15Z"]


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = prepare_site(tmp_path_factory.mktemp("deletion") / "data", port=1)

    async def fill() -> None:
        database = Database(made.settings.database())
        await make_tables(database)
        async with database.writing() as session:
            session.add(CameraRow(id="gate.yard", node="gate"))
            session.add_all(run(number) for number in range(3))
        await database.close()

    asyncio.run(fill())
    return made


def told(site: Site, *words: str, typed: str | None = None) -> Result:
    assert delete.__name__ == "delete"  # a command of `cctv footage`
    return CliRunner().invoke(footage, [*words, "--data", str(site.data_dir)], input=typed)


def test_nothing_is_asked_for_before_it_was_shown_and_confirmed(site: Site) -> None:
    shown = told(site, "delete", "gate.yard", *SPAN, "--dry-run")
    assert (shown.exit_code, shown.stdout.splitlines()[0]) == (
        0,
        "goes: gate.yard 2026-03-01 08:00:00 - 2026-03-01 08:00:20 UTC, 2 runs, 0.0 MB",
    )
    assert json.loads(told(site, "delete", "gate.yard", *SPAN, "--dry-run", "--json").stdout)["cameras"][0]["runs"] == 2
    wrong = told(site, "delete", "gate.yard", *SPAN, "--why", "erasure", typed="no\n")
    assert (wrong.exit_code, "confirm" in wrong.stderr, "2 runs" in wrong.stderr) == (2, True, True)
    assert told(site, "deletions").stdout == "nothing was deleted by hand\n"
    done = told(site, "delete", "gate.yard", *SPAN, "--why", "erasure", typed=f"{site.settings.site}\n")
    assert (done.exit_code, "2 runs left, 0 runs gone (0.0 MB); erasure, " in done.stdout) == (0, True), done.stderr
    (one,) = json.loads(told(site, "deletions", "--json").stdout)["items"]
    assert (one["cameras"], one["start_ms"], one["left_runs"]) == (["gate.yard"], T0, 2)
    assert told(site, "deletions").stdout == line_of(one)
    for given in (["--why", ""], ["--why", "x", "--confirm", "y"]):
        assert told(site, "delete", "gate.yard", *SPAN, "--confirm", site.settings.site, *given).exit_code == 2
    assert told(site, "delete", "gate.nowhere", *SPAN, "--dry-run").exit_code != 0


def test_a_preview_tells_what_stays() -> None:
    found = {"cameras": [], "held_runs": 2, "held_bytes": 3_000_000, "pictures": 0, "events": 1, "alarms": 0}
    assert preview_lines({**found, "coming": 4, "exports": ["e7"]}) == [
        "nothing would go",
        "stays: 2 runs, 3.0 MB, held",
        "stays: 4 runs that are not stored yet",
        "stays: 1 events and 0 alarms, without their footage",
        "stays: the export e7, delete it apart",
    ]
