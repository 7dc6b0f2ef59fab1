"""What a folder of backups is said to hold: files of strangers in it neither end the list nor speak to the terminal."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from controller.app.kept_backups import is_newer, list_backups
from controller.cli.backup import backup
from shared.clock import SystemClock
from shared.errors import Rejected
from tests.fakes.backups import begun

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def listed(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(backup, ["list", "--in", str(folder), *words])


@pytest.mark.parametrize(("ahead", "newer"), [(-25, True), (-27, False), (1, False), (876_000, False)])
def test_only_what_can_be_that_new_is(tmp_path: Path, ahead: int, newer: bool) -> None:
    begun(tmp_path / "a.cctvbackup", (NOW + timedelta(hours=ahead)).isoformat())
    (one,) = list_backups(tmp_path, NOW)
    assert is_newer(one, NOW, 26) is newer
    assert ("ahead" in one.fault) is (ahead > 0)


def test_a_date_ahead_is_told_and_does_not_quiet_a_monitor(tmp_path: Path) -> None:
    file = begun(tmp_path / "a.cctvbackup", (SystemClock().now() + timedelta(days=9)).isoformat())
    done = listed(tmp_path, "--within-h", "26")
    assert (done.exit_code, "is dated ahead of this machine's clock" in done.output) == (1, True)
    begun(file, SystemClock().now().isoformat())
    assert listed(tmp_path, "--within-h", "26").exit_code == 0


@pytest.mark.parametrize(
    ("site", "made_at"),
    [("\x1b]0;pwn\x07\u202e", NOW.isoformat()), ("site", "\x1b[2J"), ("site", "2026-03-04T05:06:07"), ("site", "")],
)
def test_what_names_no_site_or_moment_is_told_without_its_words(tmp_path: Path, site: str, made_at: str) -> None:
    begun(tmp_path / "a.cctvbackup", made_at, site)
    done = listed(tmp_path)
    assert done.exit_code == 0
    assert "backup: names no" in done.output
    assert all(sign.isprintable() or sign == "\n" for sign in done.output)


def test_a_name_of_a_file_does_not_speak_to_the_terminal(tmp_path: Path) -> None:
    begun(tmp_path / "a\x1b]0;pwn\x07\u202e.cctvbackup", NOW.isoformat())
    assert all(sign.isprintable() or sign == "\n" for sign in listed(tmp_path).output)


def test_what_is_no_backup_is_told_beside_those_that_are(tmp_path: Path) -> None:
    begun(tmp_path / "a.cctvbackup", NOW.isoformat())
    (tmp_path / "link.cctvbackup").symlink_to("nowhere")
    (tmp_path / "folder.cctvbackup").mkdir()
    (tmp_path / "empty.cctvbackup").touch()
    os.mkfifo(tmp_path / "pipe.cctvbackup")
    faults = {one.file.name: one.fault for one in list_backups(tmp_path, NOW)}
    assert faults.pop("a.cctvbackup") == ""
    assert faults == {
        "link.cctvbackup": "cannot be read: No such file or directory",
        "folder.cctvbackup": "backup: is no file",
        "pipe.cctvbackup": "backup: is no file",
        "empty.cctvbackup": "backup: is no backup of ours, or of a form that this version does not read",
    }


def test_a_folder_that_is_not_there_is_no_empty_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place, why in (("nowhere", "No such file"), ("file", "Not a directory")):
        done = listed(tmp_path / place)
        assert (done.exit_code, why in done.output) == (2, True), done.output
        with pytest.raises(Rejected, match=why):
            list_backups(tmp_path / place, NOW)
