"""An update counts when all is as well as before; else the version before runs, whatever was cut off and where."""

import io
from pathlib import Path

import pytest

from edge_agent.flows.update import told
from shared.errors import Rejected, Transient
from tests.fakes.releases import ReleaseMaker
from tests.fakes.updates import Machine, PowerCutError, links

MAKER = ReleaseMaker()


def release(folder: Path, version: str = "2.0") -> io.BytesIO:
    return io.BytesIO(MAKER.make(folder, {"pip.whl": b"x" * 100}, version=version))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (root := tmp_path / "root").mkdir()
    return Machine(root, MAKER)


async def test_two_versions_take_turns_and_what_runs_is_never_filled(machine: Machine, tmp_path: Path) -> None:
    for number, slot in enumerate(("slots/a", "slots/b", "slots/a", "slots/b"), 2):
        turn = await machine.updating().take(release(tmp_path, f"{number}.0"))
        assert (turn.result, turn.version, turn.before) == ("done", f"{number}.0", f"{number - 1}.0")
        assert links(machine.root) == {"current": slot, "good": slot}
        assert machine.installed("current") == f"{number}.0"
    assert machine.starts == 4
    assert "5.0 runs (before: 4.0)" in told(turn)


async def test_a_version_that_is_not_as_well_is_taken_back(machine: Machine, tmp_path: Path) -> None:
    machine.bad.add("2.0")
    turn = await machine.updating().take(release(tmp_path))
    assert (turn.result, turn.step) == ("rolled-back", "idle")
    assert turn.reason == "not well within 240 s: not live: n1.gate"
    assert links(machine.root) == {"current": "versions/1.0", "good": "versions/1.0"}
    assert machine.well() is not None
    assert machine.starts == 2
    turn = await machine.updating().take(release(tmp_path, "2.1"))
    assert (turn.result, machine.installed("current")) == ("done", "2.1")


@pytest.mark.parametrize("where", ["install", "prove"])
async def test_what_cannot_be_installed_changes_nothing(machine: Machine, tmp_path: Path, where: str) -> None:
    machine.broken[where] = Rejected("release", "no room")
    turn = await machine.updating().take(release(tmp_path))
    assert (turn.result, turn.reason, machine.starts) == ("failed", "release: no room", 0)
    assert links(machine.root) == {"current": "versions/1.0"}


async def test_a_service_manager_that_refuses_is_a_way_back(machine: Machine, tmp_path: Path) -> None:
    machine.broken["start"] = Transient("systemctl ended with 1")
    turn = await machine.updating().take(release(tmp_path))
    assert (turn.result, turn.reason) == ("rolled-back", "systemctl ended with 1")
    assert machine.installed("current") == "1.0"


async def test_nothing_is_begun_with_a_release_that_does_not_fit(machine: Machine, tmp_path: Path) -> None:
    (machine.root / "current/version").write_text("3.0")
    with pytest.raises(Rejected, match=r"older than 3\.0"):
        await machine.updating().take(release(tmp_path))
    flipped = bytearray(release(tmp_path, "4.0").getvalue())
    flipped[-1] ^= 1
    with pytest.raises(Rejected, match="differs from what was signed"):
        await machine.updating().take(io.BytesIO(flipped))
    (machine.root / "release.pem").unlink()
    with pytest.raises(Rejected, match=r"release\.pem is missing"):
        await machine.updating().take(release(tmp_path, "4.0"))
    assert not (machine.root / "slots").exists()
    assert not (machine.root / "update.json").exists()


async def test_the_way_back_is_installed_when_it_is_asked_for(machine: Machine, tmp_path: Path) -> None:
    (machine.root / "current/version").write_text("3.0")
    machine.boot()
    turn = await machine.updating().take(release(tmp_path), downgrade=True)
    assert (turn.result, machine.installed("current")) == ("done", "2.0")


@pytest.mark.parametrize("bad", [False, True])
async def test_wherever_the_power_goes_a_whole_version_starts_and_the_update_ends(tmp_path: Path, bad: bool) -> None:
    ends: list[str] = []
    cut = True
    while cut:
        (root := tmp_path / f"{len(ends)}").mkdir()
        machine = Machine(root, MAKER)
        machine.bad = {"2.0"} if bad else set()
        machine.cut_at = len(ends)
        cut = False
        try:
            await machine.updating().take(release(tmp_path))
        except PowerCutError:
            cut = True
        assert machine.installed("current") in {"1.0", "2.0"}
        machine.boot()
        turn = await machine.updating().go_on()
        assert turn.step == "idle"
        assert machine.installed("current") == ("2.0" if turn.result == "done" else "1.0")
        assert machine.installed(links(root).get("good", "current")) == machine.installed("current")
        ends.append(turn.result)
        again = await machine.updating().take(release(tmp_path, "2.5"))
        assert (again.result, machine.installed("current")) == ("done", "2.5")
    assert len(ends) > 8
    assert set(ends) == ({"", "failed", "rolled-back"} if bad else {"", "failed", "done"})


async def test_a_machine_that_goes_down_again_and_again_goes_back(machine: Machine, tmp_path: Path) -> None:
    machine.bad.add("2.0")
    machine.cut_at = 6
    with pytest.raises(PowerCutError):
        await machine.updating().take(release(tmp_path))
    assert machine.installed("current") == "2.0"
    for _start in range(2):
        machine.boot()
        machine.cut_at = machine.steps + 1
        with pytest.raises(PowerCutError):
            await machine.updating().go_on()
        assert machine.installed("current") == "2.0"
    machine.boot()
    turn = await machine.updating().go_on()
    assert (turn.result, turn.reason) == ("rolled-back", "the machine was started 3 times before it was well")
    assert machine.installed("current") == "1.0"


async def test_an_updater_that_was_killed_alone_starts_the_version_it_tries(machine: Machine, tmp_path: Path) -> None:
    machine.cut_at = 5  # saved and pointed, not started; the agent before goes on
    with pytest.raises(PowerCutError):
        await machine.updating().take(release(tmp_path))
    assert (machine.installed("current"), machine.starts) == ("2.0", 0)
    machine.cut_at = None
    turn = await machine.updating().go_on()
    assert (turn.result, machine.starts) == ("done", 1)


async def test_what_was_asked_for_from_afar_and_refused_is_remembered(machine: Machine, tmp_path: Path) -> None:
    (machine.root / "current/version").write_text("3.0")
    machine.boot()
    turn = await machine.updating().take_fetched("2.0", release(tmp_path), downgrade=False)
    assert (turn.step, turn.version, turn.result) == ("idle", "2.0", "failed")
    assert "older than 3.0" in turn.reason
    assert await machine.updating().go_on() == turn
    assert (machine.starts, links(machine.root)) == (0, {"current": "versions/1.0"})
    turn = await machine.updating().take_fetched("2.0", release(tmp_path), downgrade=True)
    assert (turn.result, machine.installed("current")) == ("done", "2.0")
