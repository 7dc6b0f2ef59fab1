"""What a site cannot run without is looked at when a role starts: closed, the role does not begin."""

import asyncio
from pathlib import Path

import pytest

from controller.adapters.database import Database
from controller.app.database import migrate_site
from controller.app.privacy import privacy_of
from controller.app.site import Site
from controller.app.ways import require_ways, serving_latch, ways_of
from controller.core.ways_out import AT_START
from controller.errors import WayShut
from controller.settings import parse_settings
from shared.clock import SystemClock
from shared.errors import Rejected

pytestmark = pytest.mark.integration


def site(home: Path, host: str) -> Site:
    (home / "password").write_text("not-a-usual-one")
    broker = {"kind": "external", "host": host, "password_file": "password"}
    worker = {"serving_hosts": ["triton:8000"]}
    return Site(parse_settings({"data_dir": str(home), "broker": broker, "worker": worker}, home), home / "cctv.toml")


async def test_a_broker_that_moved_is_not_spoken_to_until_somebody_opened_the_way(tmp_path: Path) -> None:
    first, moved = site(tmp_path, "mqtt.example"), site(tmp_path, "elsewhere.example")
    await migrate_site(first)
    await require_ways(first)
    with pytest.raises(Rejected, match=r"cctv privacy ways open broker elsewhere\.example:18830"):
        await require_ways(moved)
    async with privacy_of(moved) as told:
        (way,) = [one for one in await told.told_ways() if one["kind"] in AT_START and one["standing"] != "off"]
        await told.switch("broker", way["name"], is_open=True, who="kim", reason="moved", address="", here=True)
    await require_ways(moved)


async def test_a_second_store_elsewhere_takes_nothing_until_somebody_opened_the_way(tmp_path: Path) -> None:
    await migrate_site(site(tmp_path, "127.0.0.1"))
    keys = {"access_key_file": "password", "secret_key_file": "password"}
    second = {"kind": "s3", "endpoint": "https://s3.example:9000", "bucket": "old", **keys}
    settings = parse_settings({"data_dir": str(tmp_path), "store": {"second": second}}, tmp_path)
    there = Site(settings, tmp_path / "cctv.toml")
    with pytest.raises(Rejected, match=r"cctv privacy ways open store second:s3\.example"):
        await require_ways(there)
    async with privacy_of(there) as told:
        await told.switch("store", "second:s3.example", is_open=True, who="kim", reason="", address="", here=True)
    await require_ways(there)


async def test_who_works_in_threads_asks_too(tmp_path: Path) -> None:
    here = site(tmp_path, "mqtt.example")
    await migrate_site(here)
    await asyncio.to_thread(serving_latch(here, "triton:8000"))
    database = Database(here.settings.database())
    ways = ways_of(here, database, SystemClock())
    await ways.put(ways.settled["serving", "triton:8000"], is_open=False, who="kim", reason="", address="")
    await database.close()
    latch = serving_latch(here, "triton:8000")
    with pytest.raises(WayShut):
        latch()
    with pytest.raises(WayShut):
        await asyncio.to_thread(latch)


async def test_what_the_settings_name_after_the_site_was_made_is_shut(tmp_path: Path) -> None:
    here = site(tmp_path, "127.0.0.1")
    await migrate_site(here)
    later = site(tmp_path, "mqtt.example")
    await migrate_site(later)
    with pytest.raises(Rejected, match=r"cctv privacy ways open broker mqtt\.example:18830"):
        await require_ways(later)
