"""`cctv evidence key`, `verify` and `ledger --deleted` on a prepared site."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from sqlmodel import update
from typer.testing import CliRunner, Result

from controller.adapters.database import Database
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.tables import RunRow
from controller.app.audit import sealing
from controller.app.database import migrate_site
from controller.app.site import Site, prepare_site
from controller.cli.evidence import evidence
from shared.clock import SystemClock
from shared.ids import SiteId
from tests.builders import T0, node_status
from tests.fakes.bundles import SigningSite, document_of
from tests.fakes.exports import CAMERA

pytestmark = pytest.mark.integration


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Site:
    found = prepare_site(tmp_path / "data", port=1)
    shutil.copy(migrated, found.data_dir / "db.sqlite3")
    asyncio.run(migrate_site(found))
    return found


def told(*words: str) -> Result:
    return CliRunner().invoke(evidence, list(words))


async def made(site: Site, folder: Path) -> tuple[Path, str]:
    """A bundle of the site's database, and the fingerprint of who signed it."""
    database, clock = Database(site.settings.database()), SystemClock()
    facts = SqlFactStore(database, clock, SiteId(site.settings.site))
    await facts.save_status(node_status(CAMERA))
    signing = SigningSite(database, clock, folder)
    await signing.record(facts, 12)
    bundle = await signing.bundle(T0, T0 + 12_000)
    async with database.writing() as session:
        await session.execute(update(RunRow).values(state="expired", expired_ms=T0 + 99_000))
    await database.close()
    return bundle, signing.notary.site_key()["fingerprint"]


def test_the_sites_key_is_told_once_it_is_there(site: Site) -> None:
    at_site = ("--data", str(site.data_dir))
    early = told("key", *at_site)
    assert (early.exit_code, "audit-key.pem is not there" in early.output) == (1, True)

    async def seal() -> None:
        database = Database(site.settings.database())
        await sealing(site, database, SystemClock()).once()
        await database.close()

    asyncio.run(seal())
    mark, *pem = told("key", *at_site).output.splitlines()
    assert len(mark) == 64
    assert pem[0] == "-----BEGIN PUBLIC KEY-----"
    assert json.loads(told("key", "--json", *at_site).output)["fingerprint"] == mark


def test_a_bundle_is_verified_and_what_is_gone_is_told(site: Site, tmp_path: Path) -> None:
    bundle, key = asyncio.run(made(site, tmp_path))
    good = told("verify", str(bundle), "--key", key)
    assert (good.exit_code, good.output.splitlines()[-1]) == (0, "Everything is as it was signed.")
    spaced = " ".join(key[at : at + 4] for at in range(0, 64, 4)).upper()
    assert told("verify", str(bundle), "--key", spaced).exit_code == 0, "as somebody reads it over the telephone"
    assert told("verify", str(bundle), "--key", "00").exit_code == 1
    (file,) = document_of(bundle)["files"]
    (bundle / file["name"]).unlink()
    bad = told("verify", str(bundle), "--language", "ko")
    assert (bad.exit_code, f"{file['name']}: 삭제됨" in bad.output) == (1, True)
    found = json.loads(told("verify", str(bundle), "--json").output)
    assert [one["what"] for one in found["faults"]] == ["absent"]
    (bundle / "manifest.json").unlink()
    assert told("verify", str(bundle)).exit_code == 2
    gone = told("ledger", CAMERA, "--deleted", "--data", str(site.data_dir))
    assert gone.exit_code == 0
    assert gone.output.splitlines()[-1].endswith("UTC by retention")
