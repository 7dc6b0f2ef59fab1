"""Where `cctv backup restore` puts a site: a place is one's own meanwhile, and what lies there stays unless told."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.adapters.lock_file import hold_lock
from controller.adapters.sealed_stream import by_passphrase
from controller.app.restore import restore_backup
from controller.app.site import Site
from shared.clock import SystemClock
from shared.errors import Rejected
from tests.fakes.backups import PASSPHRASE, told

pytestmark = pytest.mark.integration


def test_a_site_is_only_put_aside_when_told_to_and_keeps_its_footage(
    full: Site, kept: Path, phrase: Path, tmp_path: Path
) -> None:
    footage = full.settings.store_path / "site" / "a.mp4"
    footage.parent.mkdir()
    footage.write_bytes(b"footage")
    words = ("restore", kept, "--into", full.data_dir, "--passphrase-file", phrase)
    refused = told(*words)
    assert (refused.exit_code, "--replace" in refused.output) == (2, True)
    done = told(*words, "--replace")
    assert done.exit_code == 0, done.output
    assert footage.read_bytes() == b"footage"
    aside = next(tmp_path.glob("data.before-*"))
    assert (aside / "db.sqlite3").exists()
    assert (full.data_dir / "db.sqlite3").exists()


def during(into: Path, act: Callable[[], object]) -> Callable[[str, int], None]:
    """What hears how far a restore is, and acts once when it has its place."""
    once: list[Callable[[], object]] = [act]

    def tell(_: str, __: int) -> None:
        if into.exists() and once:
            once.pop()()

    return tell


def test_of_two_restores_into_one_place_the_second_is_told_who_is_there(kept: Path, tmp_path: Path) -> None:
    opener, into, heard = by_passphrase(PASSPHRASE)[1], tmp_path / "new" / "two", list[str]()

    def second() -> None:
        with pytest.raises(Rejected) as fault:
            restore_backup(kept, opener, into, SystemClock(), lambda *_: None, who="b")
        heard.append(str(fault.value))

    restore_backup(kept, opener, into, SystemClock(), during(into, second), who="a")
    assert heard == [f"{into}: is in use by cctv backup restore (process {os.getpid()}): stop that one first"]
    assert [one.name for one in into.parent.iterdir()] == ["two"]
    assert (into / "db.sqlite3").exists()


def test_what_appears_in_the_place_meanwhile_stays(kept: Path, tmp_path: Path) -> None:
    opener, into = by_passphrase(PASSPHRASE)[1], tmp_path / "new" / "two"
    appears = during(into, lambda: (into / "cctv.toml").write_text("another site's"))
    with pytest.raises(Rejected, match="is not empty any more"):
        restore_backup(kept, opener, into, SystemClock(), appears, who="a")
    assert [one.name for one in into.parent.iterdir()] == ["two"]
    assert (into / "cctv.toml").read_text() == "another site's"


def test_a_place_that_cannot_be_is_named_and_what_fails_leaves_none(
    full: Site, kept: Path, phrase: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    words = ("restore", kept, "--passphrase-file", phrase, "--into")
    for place in (tmp_path / "file", tmp_path / "file" / "x"):
        done = told(*words, place)
        assert (done.exit_code, done.output) == (2, f"cctv: --into: {tmp_path / 'file'} is no directory\n")
    address = tmp_path / "address"
    address.touch(mode=0o600)
    address.write_text(full.settings.database())
    used = told(*words, tmp_path / "one", "--database-url-file", address)
    assert (used.exit_code, "is not empty" in used.output, (tmp_path / "one").exists()) == (2, True, False)


def test_a_running_site_is_not_replaced(full: Site, kept: Path, phrase: Path) -> None:
    with hold_lock(full.lock_file, "cctv"):
        done = told("restore", kept, "--into", full.data_dir, "--passphrase-file", phrase, "--replace")
    assert (done.exit_code, "is in use by" in done.output) == (2, True)
