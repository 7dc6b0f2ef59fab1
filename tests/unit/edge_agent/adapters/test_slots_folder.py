"""One updater at a time: a second one is told so, or waits for its turn."""

import threading
from pathlib import Path

import pytest

from edge_agent.adapters.slots_folder import SlotsFolder
from shared.errors import Transient


@pytest.fixture
def slots(tmp_path: Path) -> SlotsFolder:
    (tmp_path / "current").symlink_to("versions/1.0")
    return SlotsFolder(tmp_path)


def test_a_second_updater_is_refused(slots: SlotsFolder) -> None:
    with slots.claimed(), pytest.raises(Transient, match="another update is under way"), slots.claimed():
        pytest.fail("two of them")
    with slots.claimed():
        pass


def test_one_that_waits_has_its_turn_when_the_other_one_is_done(slots: SlotsFolder) -> None:
    done: list[str] = []

    def second() -> None:
        with slots.claimed(wait=True):
            done.append("second")

    thread = threading.Thread(target=second)
    with slots.claimed():
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        done.append("first")
    thread.join(60)
    assert done == ["first", "second"]
