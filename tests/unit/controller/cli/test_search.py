"""`cctv search`: tables, JSON, exit codes."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from typer.testing import CliRunner, Result

from controller.adapters.database import Database
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.people_store import PeopleStore
from controller.app.site import Site, prepare_site
from controller.cli.search import search, table
from shared.clock import SystemClock
from shared.ids import CameraId, SiteId
from shared.mint import uuid7
from tests.builders import occurrence, rule, verdict
from tests.fakes.tables import make_tables

SPAN = ["--from", "2026-03-01T00:00Z", "--to", "2026-03-02T00:00Z"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = prepare_site(tmp_path_factory.mktemp("search") / "data", port=1)
    asyncio.run(fill(made))
    return made


async def fill(site: Site) -> None:
    database, name = Database(site.settings.database()), SiteId(site.settings.site)
    await make_tables(database)
    await PeopleStore(database, SystemClock()).prepare_site(name)
    judging = SqlJudgingStore(database, SystemClock(), name, uuid7)
    for at_s, camera in ((10, "gate.yard"), (900, "gate.door")):
        one = occurrence(rule(name=f"No {camera}"), at_s, at_s + 8, camera=CameraId(camera))
        await judging.save_judgement(None, verdict(at_s, at_s + 9, event=None, camera=CameraId(camera)), [one])
    await database.close()


def told(site: Site, *words: str) -> Result:
    return CliRunner().invoke(search, [*words, "--data", str(site.data_dir)])


def lines(result: Result) -> Sequence[str]:
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_alarms_are_a_table_newest_first(site: Site) -> None:
    head, door, yard = lines(told(site, "alarms", *SPAN))
    assert head.split() == ["ALARM", "UTC", "SEVERITY", "STATE", "ASSESSED", "LASTED_S", "WHERE", "ZONE", "RULE"]
    assert door.startswith("#2 ")
    assert door.endswith("No gate.door")
    assert yard.index("gate.yard") == head.index("WHERE")
    assert lines(told(site, "alarms", "YARD", *SPAN))[1:] == [yard]


def test_json_holds_the_page_and_the_cursor_leads_on(site: Site) -> None:
    page = json.loads(told(site, "alarms", *SPAN, "--limit", "1", "--json").stdout)
    assert [one["rule_name"] for one in page["items"]] == ["No gate.door"]
    assert lines(told(site, "alarms", *SPAN, "--limit", "1"))[-1] == f"more: --cursor {page['next']}"
    after = told(site, "alarms", *SPAN, "--limit", "1", "--cursor", page["next"], "--json")
    assert [one["rule_name"] for one in json.loads(after.stdout)["items"]] == ["No gate.yard"]


def test_nothing_found_exits_with_1_and_what_is_wrong_with_2(site: Site) -> None:
    nothing = told(site, "alarms", *SPAN, "--severity", "low")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert "nothing was found from 2026-03-01 00:00:00 to 2026-03-02 00:00:00 UTC" in nothing.stderr
    assert told(site, "events", *SPAN).exit_code == 1
    for wrong in (
        ["alarms", "--severity", "loud"],
        ["alarms", "--hours", "25:00-26:00"],
        ["events", "--from", "yesterday"],
        ["events", *SPAN, "--cursor", "x"],
    ):
        result = told(site, *wrong)
        assert (result.exit_code, result.stderr.startswith("cctv: ")) == (2, True), result.stderr


def test_columns_are_as_wide_as_their_widest() -> None:
    columns = (("A", lambda one: one["a"]), ("B", lambda one: one["b"]))
    assert table(columns, [{"a": "북문", "b": "x"}, {"a": "s", "b": "y"}])[1:] == ["북문  x", "s     y"]
    assert table(columns, [{"a": "long", "b": "x"}, {"a": "s", "b": "yy"}]) == ["A     B", "long  x", "s     yy"]
