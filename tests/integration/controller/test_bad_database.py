"""What commands say of a database that is damaged, or away: one line and what to do, never a traceback."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.app.database import migrate_site
from controller.app.site import Site, open_site, prepare_site

pytestmark = pytest.mark.integration
COMMANDS = (("status",), ("fsck",), ("node", "list"), ("feature", "list"), ("up",))


def cctv(site: Site, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "controller.cli", *words, "--data", str(site.data_dir)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=110)


def doctored(site: Site) -> tuple[int, dict[str, str]]:
    done = cctv(site, "doctor", "--json")
    return done.returncode, {one["what"]: f"{one['level']}: {one['text']}" for one in json.loads(done.stdout)}


@pytest.fixture
def damaged(tmp_path: Path, migrated: Path) -> Site:
    site = prepare_site(tmp_path / "data", port=1)
    file = site.data_dir / "db.sqlite3"
    shutil.copy(migrated, file)
    asyncio.run(migrate_site(site))
    with file.open("r+b") as opened:
        opened.seek(0)
        opened.write(os.urandom(8192))
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink(missing_ok=True)
    return site


@pytest.fixture
def away(tmp_path: Path, free_port: Callable[[], int]) -> Site:
    site = prepare_site(tmp_path / "data", port=1)
    (url := tmp_path / "url").write_text(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    url.chmod(0o600)
    site.config_file.write_text(f'database_url_file = "{url}"\n{site.config_file.read_text()}')
    return open_site(site.config_file)


def test_a_damaged_file_is_named_and_so_is_the_way_back(damaged: Site) -> None:
    for words in COMMANDS:
        done = cctv(damaged, *words)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), (words, done.stdout, done.stderr)
        assert ("NOT REACHABLE" in done.stdout) if words == ("status",) else ("cctv backup restore" in done.stderr), (
            words
        )
    code, found = doctored(damaged)
    assert (code, "cctv backup restore" in found["database"]) == (2, True), found


def test_a_database_that_is_away_is_told_in_one_line(away: Site) -> None:
    for words in COMMANDS:
        done = cctv(away, *words)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), (words, done.stdout, done.stderr)
    code, found = doctored(away)
    assert (code, found["database"][:5]) == (2, "fail:"), found


def test_a_file_that_is_gone_is_never_taken_for_an_empty_one(tmp_path: Path, migrated: Path) -> None:
    site = prepare_site(tmp_path / "data", port=1)
    file = site.data_dir / "db.sqlite3"
    shutil.copy(migrated, file)
    site.audit_heads_file.write_text("{}\n")
    file.unlink()
    for words in (*COMMANDS, ("migrate",), ("fsck", "--repair")):
        done = cctv(site, *words)
        assert (done.returncode, "Traceback" in done.stderr, file.exists()) == (1, False, False), (words, done.stderr)
        assert ("NOT REACHABLE" in done.stdout) if words == ("status",) else ("cctv backup restore" in done.stderr), (
            words
        )
    code, found = doctored(site)
    assert (code, "cctv backup restore" in found["database"]) == (2, True), found
    file.touch()
    refused = cctv(site, "migrate")
    assert (refused.returncode, str(site.audit_heads_file) in refused.stderr) == (1, True), refused.stderr
    site.audit_heads_file.unlink()  # as it says: to begin anew
    assert cctv(site, "migrate").returncode == 0
