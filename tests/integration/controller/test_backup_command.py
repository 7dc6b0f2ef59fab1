"""`cctv backup` on a site with rows of every kind: made while it is written to, checked, put back, and refused."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from controller.adapters.backup_parts import end_parts, write_part
from controller.adapters.directory_store import prepare_directory
from controller.adapters.schema import engine_of
from controller.adapters.sealed_stream import SealedWriter, by_passphrase
from controller.adapters.table_rows import table_names
from controller.app.database import migrate_site
from controller.app.site import Site, open_site
from controller.cli.audit import audit
from shared.errors import Rejected
from tests.fakes.backups import PASSPHRASE, begun, made, told

pytestmark = pytest.mark.integration


def rows_of(url: str) -> dict[str, list[str]]:
    engine = engine_of(url)
    try:
        with engine.connect() as connection:
            names = sa.inspect(connection).get_table_names()
            return {
                name: sorted(
                    str(tuple(row)) for row in connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
                )
                for name in names
            }
    finally:
        engine.dispose()


def test_what_is_put_back_is_the_same_site(full: Site, phrase: Path, tmp_path: Path) -> None:
    file = made(full, phrase, tmp_path / "kept")
    assert [one.name for one in (tmp_path / "kept").iterdir()] == [file.name]
    checked = told("verify", file, "--passphrase-file", phrase, "--json")
    assert json.loads(checked.stdout)["tables"]["alarm"] == 2
    listed = told("list", "--in", tmp_path / "kept")
    assert file.name in listed.output
    done = told("restore", file, "--into", tmp_path / "new", "--passphrase-file", phrase)
    assert done.exit_code == 0, done.output
    before, after = rows_of(full.settings.database()), rows_of(f"sqlite:///{tmp_path / 'new' / 'db.sqlite3'}")
    for name in ("audit", "login_session", "one_time_code", "lease"):
        assert (len(before.pop(name)), name) >= (0, name)
        after.pop(name)
    assert before == after
    for name in ("secrets/audit-key.pem", "secrets/session-key", "models/ours/model.onnx", "cctv.toml"):
        old, new = full.data_dir / name, tmp_path / "new" / name
        assert (old.read_bytes(), new.stat().st_mode & 0o077) == (new.read_bytes(), 0)
    found = CliRunner().invoke(audit, ["verify", "--data", str(tmp_path / "new")])
    assert found.exit_code == 0, found.output
    entries = CliRunner().invoke(audit, ["list", "--data", str(tmp_path / "new"), "--what", "backup.", "--json"])
    assert json.loads(entries.stdout)["items"][0]["what"] == "backup.restore"
    there = open_site(tmp_path / "new" / "cctv.toml")
    assert there.settings.store_path.joinpath(".cctv-store").exists()
    asyncio.run(migrate_site(there))
    assert "101" in rows_of(there.settings.database())["site"][0], (
        "numbers of alarms that were raised since may be known"
    )


def test_a_backup_is_of_one_moment_while_the_site_goes_on(
    full: Site, phrase: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def late() -> list[str]:
        if not written:
            engine = engine_of(full.settings.database())
            with engine.begin() as connection:
                connection.execute(sa.text("UPDATE alarm SET rule_name = 'later'"))
                connection.execute(sa.text("DELETE FROM run"))
            engine.dispose()
        written.append("once")
        return table_names()

    monkeypatch.setattr("controller.app.backup.table_names", late)
    file = made(full, phrase, tmp_path / "kept")
    (disk := tmp_path / "disk").mkdir()
    (tmp_path / "linked").symlink_to(disk)
    by_a_link = tmp_path / "kept" / ".." / "linked" / "new"
    assert told("restore", file, "--into", by_a_link, "--passphrase-file", phrase).exit_code == 0
    found = rows_of(f"sqlite:///{disk / 'new' / 'db.sqlite3'}")
    assert len(found["run"]) == 2
    assert not any("later" in row for row in found["alarm"])


def test_who_has_the_public_key_seals_and_cannot_open(full: Site, tmp_path: Path) -> None:
    assert told("key", tmp_path / "key").exit_code == 0
    words = (
        "create",
        "--to",
        tmp_path / "kept",
        "--recipient",
        tmp_path / "key.pub",
        "--data",
        full.data_dir,
        "--json",
    )
    file = json.loads(told(*words).stdout)["file"]
    assert told("verify", file, "--key-file", tmp_path / "key").exit_code == 0
    assert told("key", tmp_path / "other").exit_code == 0
    other = told("verify", file, "--key-file", tmp_path / "other")
    assert (other.exit_code, "does not open" in other.output) == (2, True)
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    signed = told("verify", file, "--key-file", tmp_path / "key", "--fingerprint", "0" * 64)
    assert (signed.exit_code, "is signed by" in signed.output) == (2, True)


def cut(data: bytes) -> bytes:
    return data[:-20]


def cut_at_a_frame(data: bytes) -> bytes:
    begin = 12 + int.from_bytes(data[8:12])
    return data[: begin + 262_144 + 16]


def flipped(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]


def flipped_begin(data: bytes) -> bytes:
    return data.replace(b'"site": "site"', b'"site": "sitf"', 1)


def longer(data: bytes) -> bytes:
    return data + b"more"


def other_form(data: bytes) -> bytes:
    return b"CCTVBAK2" + data[8:]


@pytest.mark.parametrize("spoil", [cut, cut_at_a_frame, flipped, flipped_begin, longer, other_form, lambda _: b""])
def test_a_damaged_backup_is_refused_and_changes_nothing(
    kept: Path, phrase: Path, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    spoiled = spoil(kept.read_bytes())
    assert spoiled != kept.read_bytes()
    kept.write_bytes(spoiled)
    done = told("restore", kept, "--into", tmp_path / "new" / "site", "--passphrase-file", phrase)
    assert (done.exit_code, "backup: " in done.output) == (2, True), done.output
    assert "after 0 bytes" not in done.output  # what is whole before the damage is not known so finely
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "name", ["../cctv.toml", "secrets/../../x", "/etc/passwd", "secrets//x", "store/x", "secrets/.x", "tables", ""]
)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    sealer, opener = by_passphrase(PASSPHRASE)
    with (tmp_path / "x").open("wb") as file:
        out = SealedWriter(file, sealer, {})
        with pytest.raises(Rejected, match="which no backup of ours does"):
            write_part(out, name, [b"x"])
        out.write(b"P" + len(name.encode()).to_bytes(2) + name.encode() + bytes(4))
        end_parts(out)
    from controller.app.backup import check_backup

    with pytest.raises(Rejected, match="which no backup of ours does"):
        check_backup(tmp_path / "x", opener, lambda *_: None)


def test_a_piece_that_unpacks_to_more_than_it_may_is_refused(tmp_path: Path) -> None:
    import zlib

    from controller.app.backup import check_backup

    sealer, opener = by_passphrase(PASSPHRASE)
    packed = zlib.compress(bytes(50_000_000))
    with (tmp_path / "x").open("wb") as file:
        out = SealedWriter(file, sealer, {})
        out.write(b"P" + (9).to_bytes(2) + b"cctv.toml" + len(packed).to_bytes(4) + packed + bytes(4))
        end_parts(out)
    with pytest.raises(Rejected, match="unpacks to more"):
        check_backup(tmp_path / "x", opener, lambda *_: None)


def test_a_backup_that_its_site_did_not_sign_is_refused(tmp_path: Path) -> None:
    from controller.app.backup import check_backup

    sealer, opener = by_passphrase(PASSPHRASE)
    with (tmp_path / "x").open("wb") as file:
        out = SealedWriter(file, sealer, {})
        write_part(out, "cctv.toml", [b"x"])
        end_parts(out)
    with pytest.raises(Rejected, match="no signed manifest"):
        check_backup(tmp_path / "x", opener, lambda *_: None)


def test_what_ends_on_the_way_leaves_nothing_that_looks_whole(
    full: Site, phrase: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from controller.app import backup as making

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "end_parts", stopped)
    words = ("create", "--to", tmp_path / "kept", "--passphrase-file", phrase, "--data", full.data_dir)
    assert told(*words).exit_code == 130
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_wrong_passphrase_and_a_weak_one_are_told(kept: Path, phrase: Path) -> None:
    phrase.write_text("another passphrase")
    assert "does not open this backup" in told("verify", kept, "--passphrase-file", phrase).output
    phrase.write_text("short")
    assert "fewer than 12" in told("verify", kept, "--passphrase-file", phrase).output
    phrase.chmod(0o644)
    assert "chmod 600" in told("verify", kept, "--passphrase-file", phrase).output
    assert "give it, or --key-file" in told("verify", kept).output


def test_a_site_on_postgresql_is_put_back_there(full: Site, phrase: Path, tmp_path: Path, postgres_url: str) -> None:
    file = made(full, phrase, tmp_path / "kept")
    address = tmp_path / "address"
    address.write_text(postgres_url)
    address.chmod(0o600)
    words = ("--passphrase-file", phrase, "--database-url-file", address)
    done = told("restore", file, "--into", tmp_path / "new", *words)
    assert done.exit_code == 0, done.output
    assert "database_url_file" in done.output
    before, after = rows_of(full.settings.database()), rows_of(postgres_url)
    assert before.keys() - {"sqlite_sequence"} == after.keys()
    assert {name: len(rows) for name, rows in before.items()}["run"] == len(after["run"])
    again = told("restore", file, "--into", tmp_path / "more", *words)
    assert (again.exit_code, "is not empty" in again.output) == (2, True)
    settings = tmp_path / "new" / "cctv.toml"
    settings.write_text(f'database_url_file = "{address}"\n' + settings.read_text())
    prepare_directory(tmp_path / "new" / "store")
    back = made(open_site(settings), phrase, tmp_path / "kept")
    address.write_text(f"sqlite:///{tmp_path / 'back.sqlite3'}")
    done = told("restore", back, "--into", tmp_path / "third", *words)
    assert done.exit_code == 0, done.output
    third = rows_of(f"sqlite:///{tmp_path / 'back.sqlite3'}")
    changed = ("audit", "login_session", "one_time_code", "lease", "sqlite_sequence", "audit_seal")
    assert {k: v for k, v in third.items() if k not in changed} == {k: v for k, v in before.items() if k not in changed}


def test_a_nightly_backup_is_tried_and_the_oldest_go(full: Site, phrase: Path, tmp_path: Path) -> None:
    folder = tmp_path / "nightly"
    folder.mkdir()
    for day in ("01", "02", "03"):
        begun(folder / f"site-202601{day}T000000Z-aaaaaa.cctvbackup", f"2026-01-{day}T00:00:00+00:00")
    (folder / "other-20260101T000000Z-aaaaaa.cctvbackup").write_bytes(b"another site's")
    words = ("create", "--to", folder, "--passphrase-file", phrase, "--data", full.data_dir, "--keep", "2", "--try")
    done = told(*words)
    assert done.exit_code == 0, done.output
    assert "put back on trial" in done.output
    left = sorted(one.name for one in folder.iterdir())
    assert left[:2] == ["other-20260101T000000Z-aaaaaa.cctvbackup", "site-20260103T000000Z-aaaaaa.cctvbackup"]
    assert len(left) == 3
    entries = CliRunner().invoke(audit, ["list", "--data", str(full.data_dir), "--what", "backup.", "--json"])
    found = json.loads(entries.stdout)["items"]
    assert [one["what"] for one in found[:2]] == ["backup.try", "backup.create"]
    assert found[0]["detail"]["rows"] == found[1]["detail"]["rows"] > 40
    assert told("list", "--in", folder, "--within-h", "26").exit_code == 0
    (folder / left[2]).unlink()
    late = told("list", "--in", folder, "--within-h", "26")
    assert (late.exit_code, "no backup of the last 26 h" in late.output) == (1, True)


def test_what_was_made_and_what_was_right_last_stays(full: Site, phrase: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    words = ("create", "--to", folder, "--passphrase-file", phrase, "--data", full.data_dir, "--keep", "1", "--json")
    right = Path(json.loads(told(*words, "--try").stdout)["file"]).name
    later = begun(folder / "site-20990101T000000Z-aaaaaa.cctvbackup", "2099-01-01T00:00:00+00:00").name
    empty = "site-20260101T000000Z-aaaaaa.cctvbackup"
    (folder / empty).touch()
    for _ in range(2):
        done = told(*words)
        assert done.exit_code == 0, done.output
        new = Path(json.loads(done.stdout)["file"]).name
        assert {one.name for one in folder.iterdir()} == {new, right, later, empty}


def test_a_place_that_is_no_folder_is_named(full: Site, phrase: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = told("create", "--to", tmp_path / "file", "--passphrase-file", phrase, "--data", full.data_dir)
    assert (done.exit_code, done.output) == (2, f"cctv: {tmp_path / 'file'}: is no directory\n")
    both = told("create", "--passphrase-file", phrase, "--recipient", phrase, "--data", full.data_dir)
    assert (both.exit_code, "give one, not both" in both.output) == (2, True)


def test_a_trial_that_fails_keeps_the_older_backups(
    full: Site, phrase: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from controller.app import restore

    folder = tmp_path / "nightly"
    folder.mkdir()
    begun(folder / "site-20260101T000000Z-aaaaaa.cctvbackup", "2026-01-01T00:00:00+00:00")
    monkeypatch.setattr(restore, "audit_standing", lambda _: (0, "other"))
    words = ("create", "--to", folder, "--passphrase-file", phrase, "--data", full.data_dir, "--keep", "1", "--try")
    done = told(*words)
    assert (done.exit_code, "ends elsewhere" in done.output) == (2, True)
    assert (folder / "site-20260101T000000Z-aaaaaa.cctvbackup").exists()
