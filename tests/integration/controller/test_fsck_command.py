"""`cctv fsck`: what database, store, audit and ledgers disagree on is found, told and, where it may be, repaired."""

import asyncio
import hashlib
import json
import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from controller.adapters.database import Database
from controller.adapters.people_store import PeopleStore
from controller.adapters.schema import engine_of
from controller.app.audit import sealing
from controller.app.site import Site, open_site
from controller.app.stores import open_store
from controller.cli import app
from controller.cli.fsck import fsck
from shared.clock import SystemClock
from shared.mint import uuid7
from tests.servers.stores import S3Store

pytestmark = pytest.mark.integration
assert fsck in {one.callback for one in app.registered_commands}
BYTES = b"what the node wrote" * 100
LONG_AGO_S = 1_700_000_000


def told(site: Site, *words: str) -> Result:
    return CliRunner().invoke(app, ["fsck", "--data", str(site.data_dir), *words])


def sql(site: Site, statement: str, **values: object) -> list[tuple[object, ...]]:
    engine = engine_of(site.settings.database())
    try:
        with engine.begin() as connection:
            found = connection.execute(sa.text(statement), values)
            return [tuple(row) for row in found] if found.returns_rows else []
    finally:
        engine.dispose()


def put(site: Site, key: str, data: bytes) -> None:
    async def go() -> None:
        database = Database(site.settings.database())
        store = await open_store(site, database, SystemClock(), probe=False)
        await store.put(key, data, "video/mp4")
        store.close()
        await database.close()

    asyncio.run(go())


def sound(site: Site) -> dict[str, str]:
    """Let every run and picture have its object; keys of the runs, by camera."""
    keys = {}
    for run, camera in sql(site, "SELECT id, camera FROM run"):
        key = keys[str(camera)] = f"site/{str(camera).replace('.', '/')}/2026/03/01/motion/{run}.mp4"
        put(site, key, BYTES)
        said = "UPDATE run SET key=:key, length_bytes=:length, md5=:md5, sha256=:sha256, check_ms=9 WHERE id=:run"
        md5 = hashlib.md5(BYTES, usedforsecurity=False).hexdigest()
        sql(site, said, key=key, length=len(BYTES), md5=md5, sha256=hashlib.sha256(BYTES).hexdigest(), run=run)
    for occurrence, picture in sql(site, "SELECT id, picture_key FROM occurrence"):
        key = f"{picture}".removesuffix(".jpg") + f"/{occurrence}.jpg"
        sql(site, "UPDATE occurrence SET picture_key=:key WHERE id=:id", key=key, id=occurrence)
        put(site, key, b"a picture")
    sql(site, "UPDATE hold SET released_at='2026-01-01 00:00:00'")
    # The ledgers of these rows are no true ones: an audit that never heard of them begins anew.
    sql(site, "DELETE FROM ledger")
    for trigger in ("audit_no_delete", "audit_seal_no_delete", "audit_head_no_delete"):
        sql(site, f"DROP TRIGGER {trigger}")
    for empty in ("DELETE FROM audit", "DELETE FROM audit_seal", "DELETE FROM audit_head"):
        sql(site, empty)
    site.audit_heads_file.unlink(missing_ok=True)

    async def begin() -> None:
        database, clock = Database(site.settings.database()), SystemClock()
        await PeopleStore(database, clock).audit("kim", "login")
        await sealing(site, database, clock).once()
        await database.close()

    asyncio.run(begin())
    return keys


def kinds(result: Result) -> dict[str, int]:
    return dict(json.loads(result.stdout)["found"])


@pytest.fixture
def site(full: Site) -> Site:
    return full


def test_a_sound_site_has_no_findings(site: Site) -> None:
    sound(site)
    done = told(site, "--deep")
    assert (done.exit_code, "2 runs, 2 pictures, 4 objects" in done.output) == (0, True), done.output


def test_what_is_missing_or_other_is_found_and_asked_for_again(site: Site) -> None:
    keys = sound(site)
    (site.settings.store_path / keys["gate.yard"]).unlink()
    (site.settings.store_path / keys["gate.cellar"]).write_bytes(BYTES[:-1] + b"!")
    picture = sql(site, "SELECT picture_key FROM occurrence")[0][0]
    (site.settings.store_path / str(picture)).unlink()
    before = sql(site, "SELECT * FROM run ORDER BY id")
    found = told(site, "--json")
    assert found.exit_code == 1
    assert kinds(found) == {"run_missing": 1, "run_differs": 1, "picture_missing": 1}
    assert sql(site, "SELECT * FROM run ORDER BY id") == before
    mended = told(site, "--json", "--repair")
    assert mended.exit_code == 0, mended.output
    assert sql(site, "SELECT check_ms FROM run") == [(0,), (0,)]
    assert sql(site, "SELECT count(*) FROM occurrence WHERE picture_key IS NOT NULL") == [(1,)]
    assert sql(site, "SELECT count(*) FROM audit WHERE what='fsck.repair'") == [(1,)]


def test_held_footage_is_told_of_and_never_touched(site: Site) -> None:
    keys = sound(site)
    sql(site, "UPDATE hold SET released_at=NULL")
    changed = site.settings.store_path / keys["gate.yard"]
    changed.write_bytes(b"other")
    sql(site, "UPDATE run SET state='expired' WHERE camera='gate.cellar'")
    os.utime(site.settings.store_path / keys["gate.cellar"], (LONG_AGO_S, LONG_AGO_S))
    done = told(site, "--json", "--repair")
    assert (done.exit_code, kinds(done)) == (1, {"run_held": 1})
    assert changed.read_bytes() == b"other"
    assert (site.settings.store_path / keys["gate.cellar"]).exists()


def test_objects_that_nobody_knows_go_when_they_are_old(site: Site) -> None:
    keys = sound(site)
    old, young = (f"site/gate/yard/2026/03/01/motion/{uuid7()}.mp4" for _ in range(2))
    others = "somebody/elses.txt"
    for key in (old, young, others):
        put(site, key, b"x")
    for key in (old, others, keys["gate.yard"]):
        os.utime(site.settings.store_path / key, (LONG_AGO_S, LONG_AGO_S))
    sql(site, "UPDATE run SET state='expired', expired_ms=5 WHERE camera='gate.yard'")
    done = told(site, "--json", "--repair")
    assert (done.exit_code, kinds(done)) == (0, {"object_unknown": 1, "object_deleted": 1})
    left = {one for one in (old, young, others, keys["gate.yard"]) if (site.settings.store_path / one).exists()}
    assert left == {young, others}


def test_a_database_that_knows_less_than_half_of_a_store_repairs_nothing(site: Site) -> None:
    keys = sound(site)
    strange = [f"site/gate/yard/2026/03/01/motion/{uuid7()}.mp4" for _ in range(5)]
    for key in strange:
        put(site, key, b"x")
        os.utime(site.settings.store_path / key, (LONG_AGO_S, LONG_AGO_S))
    (site.settings.store_path / keys["gate.yard"]).unlink()
    for leave in ((), ("--unknown", "4")):
        done = told(site, "--repair", *leave)
        assert (done.exit_code, "--unknown 5" in done.stderr) == (2, True), done.output
        assert all((site.settings.store_path / key).exists() for key in strange)
        assert sql(site, "SELECT check_ms FROM run") == [(9,), (9,)]
    assert kinds(told(site, "--json", "--repair", "--unknown", "5")) == {"object_unknown": 5, "run_missing": 1}
    assert not any((site.settings.store_path / key).exists() for key in strange)


def test_other_bytes_behind_the_same_md5_are_found_by_reading_them(site: Site) -> None:
    sound(site)
    sql(site, "UPDATE run SET sha256=:other WHERE camera='gate.yard'", other="0" * 64)
    assert told(site, "--json").exit_code == 0
    for given in (["--deep"], ["--deep", "--repair"]):
        deep = told(site, "--json", *given)
        assert (deep.exit_code, kinds(deep)) == (1, {"run_altered": 1})


def test_a_changed_audit_is_found_and_stays(site: Site) -> None:
    sound(site)
    sql(site, "DROP TRIGGER audit_no_update")
    sql(site, "UPDATE audit SET who='lee' WHERE what='login'")
    done = told(site, "--json", "--repair")
    assert (done.exit_code, kinds(done)) == (1, {"audit": 1})


def test_a_store_that_is_away_is_no_missing_footage_and_the_place_is_told(site: Site) -> None:
    sound(site)
    (site.settings.store_path / ".cctv-store").unlink()
    done = told(site, "--repair")
    assert (done.exit_code, "is the disk mounted?" in done.output) == (1, True)
    assert sql(site, "SELECT check_ms FROM run") == [(9,), (9,)]
    wrong = told(site, "--go-on", "nowhere:1")
    assert (wrong.exit_code, "--go-on" in wrong.output) == (2, True)


def test_a_check_goes_on_from_where_it_was(site: Site) -> None:
    keys = sound(site)
    first, last = sorted(str(row[0]) for row in sql(site, "SELECT id FROM run"))
    done = told(site, "--json", "--go-on", f"runs:{first}")
    assert json.loads(done.stdout)["looked_at"]["runs"] == 1, last
    done = told(site, "--json", "--go-on", f"objects:{max(keys.values())}")
    assert "runs" not in json.loads(done.stdout)["looked_at"]


def test_a_store_of_s3_is_compared_too(site: Site, any_s3: S3Store, tmp_path: Path) -> None:
    for name, text in (("access", any_s3.access_key), ("secret", any_s3.secret_key)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    lines = [
        "", "[store]", 'kind = "s3"', f'endpoint = "http://{any_s3.endpoint}"', f'bucket = "{any_s3.bucket}"',
        f'access_key_file = "{tmp_path / "access"}"', f'secret_key_file = "{tmp_path / "secret"}"',
    ]  # fmt: skip
    site.config_file.write_text(site.config_file.read_text() + "\n".join(lines) + "\n")
    there = open_site(site.config_file)
    keys = sound(there)
    assert told(there, "--deep").exit_code == 0

    async def remove() -> None:
        database = Database(there.settings.database())
        store = await open_store(there, database, SystemClock(), probe=False)
        await store.delete(keys["gate.yard"])
        await store.put(keys["gate.cellar"], b"other", "video/mp4")
        assert [len(part) async for part in store.listed("")] == [3]
        store.close()
        await database.close()

    asyncio.run(remove())
    done = told(there, "--json")
    assert kinds(done) == {"run_missing": 1, "run_differs": 1}


def test_a_site_on_postgresql_is_compared_and_repaired_too(site: Site, postgres_url: str, tmp_path: Path) -> None:
    keys = sound(site)
    address = tmp_path / "address"
    address.write_text(postgres_url)
    address.chmod(0o600)
    moved = CliRunner().invoke(app, ["move", "--to-file", str(address), "--data", str(site.data_dir)])
    assert moved.exit_code == 0, moved.output
    there = open_site(site.config_file)
    done = told(there, "--deep")
    assert (done.exit_code, "2 runs, 2 pictures, 4 objects" in done.output) == (0, True), done.output
    (there.settings.store_path / keys["gate.yard"]).unlink()
    (there.settings.store_path / keys["gate.cellar"]).write_bytes(b"other")
    old = f"site/gate/yard/2026/03/01/motion/{uuid7()}.mp4"
    put(there, old, b"x")
    os.utime(there.settings.store_path / old, (LONG_AGO_S, LONG_AGO_S))
    found = told(there, "--json", "--repair")
    assert kinds(found) == {"run_missing": 1, "run_differs": 1, "object_unknown": 1}, found.output
    assert sql(there, "SELECT check_ms FROM run") == [(0,), (0,)]
    assert not (there.settings.store_path / old).exists()
