"""The nightly backup of a real site: tried before it counts, sent where it belongs, nothing half made after a kill."""

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from controller.adapters.directory_target import DirectoryTarget
from controller.adapters.sealed_stream import by_passphrase, make_pair
from controller.adapters.secret_files import write_private
from controller.app import nightly
from controller.app.backup import check_backup
from controller.app.kept_backups import list_backups
from controller.app.nightly import NightlyBackup, folder_at
from controller.app.restore import put_on_trial
from controller.app.site import Site
from controller.backup_settings import Backup
from controller.errors import AtTarget
from controller.flows.back_up_nightly import Lapsed, TrialFailed
from shared.clock import SystemClock
from shared.errors import Rejected
from tests.fakes.backups import PASSPHRASE, begun
from tests.fakes.targets import NamedTargets

pytestmark = pytest.mark.integration
CLOCK = SystemClock()


def wanted(full: Site, tmp_path: Path, **changed: object) -> Site:
    file = tmp_path / "phrase"
    if not file.exists():
        write_private(file, PASSPHRASE.encode())
    backup = Backup.model_validate({"nightly": True, "passphrase_file": file, "keep": 2, **changed})
    return replace(full, settings=full.settings.model_copy(update={"backup": backup}))


def maker(site: Site, **targets: DirectoryTarget) -> NightlyBackup:
    return NightlyBackup(site, CLOCK, NamedTargets(targets), lambda: True)


async def test_one_is_made_tried_and_the_oldest_goes(full: Site, tmp_path: Path) -> None:
    work = maker(wanted(full, tmp_path))
    (full.data_dir / "backups").mkdir()
    late = begun(full.data_dir / "backups" / "site-20990101T000000Z-aaaaaa.cctvbackup", "2099-01-01T00:00:00+00:00")
    (_, made), (_, tried) = await work.make()
    assert (tried["faults"], tried["rows"], made["bytes"]) == (0, made["rows"], tried["bytes"])
    for _ in range(2):
        await work.make()
        await work.forget_older()
    kept = list_backups(full.data_dir / "backups", CLOCK.now())
    assert [(one.fault == "", one.file == late) for one in kept] == [(True, False), (True, False), (False, True)]
    assert made["file"] not in {one.file.name for one in kept}
    check_backup(kept[0].file, by_passphrase(PASSPHRASE)[1], lambda *_: None)
    assert list((full.data_dir / "cache" / "backup-trials").iterdir()) == [], "nothing of the trial stays"


async def test_who_has_the_public_key_alone_tries_it_too(full: Site, tmp_path: Path) -> None:
    _, public = make_pair()
    write_private(tmp_path / "site.pub", public)
    _, (_, tried) = await maker(
        wanted(full, tmp_path, passphrase_file=None, recipient_file=tmp_path / "site.pub")
    ).make()
    assert tried["faults"] == 0
    assert tried["rows"] > 10


async def test_it_is_sent_to_a_destination_and_kept_there(full: Site, tmp_path: Path) -> None:
    (tmp_path / "nas").mkdir()
    target = DirectoryTarget(tmp_path / "nas")
    work = maker(wanted(full, tmp_path, destination="nas", keep=1), nas=target)
    ((_, first), _) = await work.make()
    ((_, second), _) = await work.make()
    assert len(await target.files("")) == 2
    late = tmp_path / "site-20990101T000000Z-aaaaaa.cctvbackup"
    late.write_bytes(b"of a clock that was wrong")
    await nightly.send(target, late)
    await work.forget_older()
    left, ahead = await target.files("")
    assert ahead.name == late.name
    assert (left.name, left.length_bytes) == (second["file"], second["bytes"])
    await target.fetch(left.folder, left.name, tmp_path / "back")
    manifest = check_backup(tmp_path / "back", by_passphrase(PASSPHRASE)[1], lambda *_: None)
    assert manifest.rows == second["rows"]
    assert not (full.data_dir / "backups").exists(), "nothing of it stays here"
    assert list((full.data_dir / "cache" / "backup-sending").iterdir()) == []
    assert folder_at(str(first["file"])) not in {path.name for path in (tmp_path / "nas").iterdir()}


async def test_a_destination_that_is_away_is_told_of_before_the_work(full: Site, tmp_path: Path) -> None:
    work = maker(wanted(full, tmp_path, destination="nas"), nas=DirectoryTarget(tmp_path / "not mounted"))
    with pytest.raises(AtTarget) as told:
        await work.make()
    assert told.value.reason == "target_gone"


async def test_one_that_is_not_the_same_put_back_is_removed(
    full: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def altered(site: Site, file: Path, *rest: object) -> object:
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        return put_on_trial(site, file, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(nightly, "put_on_trial", altered)
    with pytest.raises(TrialFailed):
        await maker(wanted(full, tmp_path)).make()
    assert list((full.data_dir / "backups").iterdir()) == []


async def test_who_may_have_lost_the_lease_leaves_nothing(full: Site, tmp_path: Path) -> None:
    left = iter([True] * 40)
    work = NightlyBackup(wanted(full, tmp_path), CLOCK, NamedTargets({}), lambda: next(left, False))
    with pytest.raises(Lapsed):
        await work.make()
    assert list((full.data_dir / "backups").iterdir()) == []


async def test_a_passphrase_that_others_can_read_is_refused(full: Site, tmp_path: Path) -> None:
    site = wanted(full, tmp_path)
    (tmp_path / "phrase").chmod(0o644)
    with pytest.raises(Rejected) as told:
        await maker(site).make()
    assert told.value.field == "backup.passphrase_file"


async def test_after_a_kill_nothing_half_made_looks_whole(full: Site, tmp_path: Path) -> None:
    write_private(tmp_path / "phrase", PASSPHRASE.encode())
    with full.config_file.open("a", encoding="utf-8") as file:
        file.write(f'\n[backup]\nnightly = true\npassphrase_file = "{tmp_path / "phrase"}"\n')
    command = [sys.executable, "-m", "tests.fakes.killed_backup", str(full.config_file), "25"]
    done = subprocess.run(command, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    folder = full.data_dir / "backups"
    assert [one.name.endswith(".part") for one in folder.iterdir()] == [True], "it was killed while it wrote"
    assert list_backups(folder, CLOCK.now()) == []
    await maker(wanted(full, tmp_path)).make()
    assert [one.fault for one in list_backups(folder, CLOCK.now())] == [""]
