"""`cctv backup send|fetch|list --at` at a destination of exports: the same bytes come back, and can be put back."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import controller.cli.backup_places  # noqa: F401 - adds its commands to `backup`
from controller.app.site import Site
from controller.cli.audit import audit
from controller.cli.backup import backup
from controller.cli.privacy import ways

pytestmark = pytest.mark.integration


def told(*words: str | Path) -> Result:
    return CliRunner().invoke(backup, [str(word) for word in words])


@pytest.fixture
def nas(full: Site, tmp_path: Path) -> Path:
    """A folder that the site's settings name as the destination `nas`."""
    folder = tmp_path / "nas"
    folder.mkdir()
    with full.config_file.open("a", encoding="utf-8") as file:
        file.write(f'\n[[export.directories]]\nname = "nas"\npath = "{folder}"\n')
    opened = CliRunner().invoke(
        ways, ["open", "export", "nas", "--reason", "copies of backups", "--data", str(full.data_dir)]
    )
    assert opened.exit_code == 0, opened.output
    return folder


@pytest.fixture
def file(full: Site, tmp_path: Path) -> Path:
    phrase = tmp_path / "phrase"
    phrase.touch(mode=0o600)
    phrase.write_text("four words and a number 7")
    done = told("create", "--passphrase-file", phrase, "--data", full.data_dir, "--json")
    assert done.exit_code == 0, done.output
    return Path(json.loads(done.stdout)["file"])


@pytest.mark.usefixtures("nas")
def test_what_was_sent_is_listed_fetched_and_whole(full: Site, file: Path, tmp_path: Path) -> None:
    data = ("--data", full.data_dir)
    assert "no backup here" in told("list", "--at", "nas", *data).output
    done = told("send", file, "nas", *data)
    assert done.exit_code == 0, done.output
    (there,) = json.loads(told("list", "--at", "nas", "--json", "--within-h", "1", *data).stdout)
    assert (there["file"], there["length_bytes"], there["fault"]) == (file.name, file.stat().st_size, "")
    (noted,) = json.loads(
        CliRunner().invoke(audit, ["list", "--what", "backup.send", "--json", *map(str, data)]).stdout
    )["items"]
    assert noted["detail"] == {"file": file.name, "bytes": there["length_bytes"], "destination": "nas"}
    back = tmp_path / "back"
    back.mkdir()
    done = told("fetch", "nas", file.name, "--to", back, *data)
    assert done.exit_code == 0, done.output
    assert [one.name for one in back.iterdir()] == [file.name]
    assert (back / file.name).read_bytes() == file.read_bytes()
    checked = told("verify", back / file.name, "--passphrase-file", tmp_path / "phrase")
    assert checked.exit_code == 0, checked.output
    assert told("fetch", "nas", file.name, "--to", back, *data).exit_code == 2, "what is there is never overwritten"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("fetch", "nas", "../../etc/passwd"), 2, "NAME"),
        (("fetch", "nas", "site-20260101T000000Z-000000.cctvbackup"), 1, "target_gone"),
        (("fetch", "elsewhere", "site-20260101T000000Z-000000.cctvbackup"), 1, "target_unknown"),
        (("list", "--at", "nas", "--in", "x"), 2, "--at"),
    ],
)
def test_what_cannot_be_fetched_is_named_and_leaves_nothing(
    full: Site, nas: Path, tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    more = ("--to", tmp_path) if words[0] == "fetch" else ()
    before = sorted(one.name for one in tmp_path.iterdir())
    done = told(*words, *more, "--data", full.data_dir)
    assert done.exit_code == code, done.output
    assert says in done.output
    assert sorted(one.name for one in tmp_path.iterdir()) == before
    assert list(nas.iterdir()) == []


def test_a_file_that_is_no_backup_is_not_sent(full: Site, nas: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    done = told("send", tmp_path / "notes.txt", "nas", "--data", full.data_dir)
    assert done.exit_code == 2
    assert "notes.txt" in done.output
    assert list(nas.iterdir()) == []


def test_a_disk_that_is_away_is_told_of(full: Site, nas: Path, file: Path) -> None:
    nas.rmdir()
    done = told("send", file, "nas", "--data", full.data_dir)
    assert done.exit_code == 1
    assert "target_gone" in done.output
