"""Where agent and updater meet: taken once, followed nowhere, and waited for until the updater is done with it."""

from pathlib import Path

import pytest

from edge_agent.adapters.update_folder import UpdateFolder, Wanted
from edge_agent.core.update import Well
from shared.errors import Rejected, Transient

WELL = Well("2.0", 7, 1_000, broker=True, live=("n1.gate",), ring=("n1.gate",))


@pytest.fixture
def folder(tmp_path: Path) -> UpdateFolder:
    return UpdateFolder(tmp_path)


def fetched(folder: UpdateFolder) -> None:
    folder.part.write_bytes(b"release")
    folder.want(Wanted(version="2.0", downgrade=True))


def test_what_was_fetched_is_taken_once_and_waits_until_it_is_done_with(folder: UpdateFolder) -> None:
    assert not folder.waits()
    fetched(folder)
    assert folder.waits()
    with folder.taken() as found:
        assert found is not None
        assert (found[0], found[1].read()) == (Wanted(version="2.0", downgrade=True), b"release")
        assert folder.waits(), "it is still worked at"
    assert not folder.waits()
    with folder.taken() as found:
        assert found is None


def test_what_a_power_cut_left_waits_for_nobody(folder: UpdateFolder, tmp_path: Path) -> None:
    fetched(folder)
    (tmp_path / "update/wanted.json").unlink()  # the updater took it, and the power went
    assert folder.waits()
    with folder.taken() as found:
        assert found is None
    assert not folder.waits()


def test_a_link_in_the_agents_folder_leads_nowhere(folder: UpdateFolder, tmp_path: Path) -> None:
    (secret := tmp_path / "secret").write_bytes(b"of root")
    fetched(folder)
    (tmp_path / "update/fetched.release").unlink()
    (tmp_path / "update/fetched.release").symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"), folder.taken():
        pytest.fail("it was followed")
    assert secret.read_bytes() == b"of root"
    assert not folder.waits()


def test_a_wish_that_is_not_readable_is_told_and_gone(folder: UpdateFolder, tmp_path: Path) -> None:
    fetched(folder)
    (tmp_path / "update/wanted.json").write_text('{"version": 1}')
    with pytest.raises(Rejected, match="ask for the update again"), folder.taken():
        pytest.fail("it was taken")
    assert not (tmp_path / "update/wanted.json").exists()


def test_how_the_agent_is_comes_over_and_is_forgotten(folder: UpdateFolder) -> None:
    assert folder.well() is None
    folder.say(WELL)
    assert folder.well() == WELL
    folder.forget_well()
    assert folder.well() is None
    folder.say(WELL)
    folder.hush()
    assert folder.well() is None


def test_what_cannot_be_written_is_told_as_such(folder: UpdateFolder, tmp_path: Path) -> None:
    (tmp_path / "update").touch()
    with pytest.raises(Transient, match="File exists"):
        folder.say(WELL)
