"""The command line's lines about the queue."""

from controller.app.queue import Standing
from controller.cli.queue import lines
from controller.core.queues import JobLoad, ParkedJob, QueueLoad
from controller.core.records import Watched
from shared.ids import CameraId
from tests.builders import T0

YARD, DOOR = CameraId("gate.yard"), CameraId("gate.door")


def test_an_idle_site_says_so() -> None:
    assert list(lines(Standing(JobLoad(), (), (), T0))) == ["nothing waits"]


def test_what_waits_what_is_watched_and_what_was_given_up() -> None:
    load = JobLoad((QueueLoad("running", 1, 0, 0.0), QueueLoad("ended", 2, 28, 61.4)), ended=15)
    watched = (
        Watched(DOOR, T0, T0 + 99_000, 310, held=True),
        Watched(YARD, T0, T0 + 40_000, 310, held=True),
    )
    parked = (ParkedJob(YARD, T0, T0 + 5_000, "store is away"),)
    assert list(lines(Standing(load, watched, parked, T0 + 100_000))) == [
        "running: 1 running, 0 waiting",
        "ended: 2 running, 28 waiting, the oldest for 61 s",
        "at the present pace the stored footage is judged in 600 s",
        "gate.door: watched, 0.3 s after capture",
        "gate.yard: unwatched for 60 s",
        "given up: gate.yard 2026-03-01 08:00:00 to 2026-03-01 08:00:05 UTC: store is away",
    ]


def test_who_has_judged_nothing_of_late_promises_nothing() -> None:
    load = JobLoad((QueueLoad("ended", 0, 3, 5.0),))
    assert any("nobody can say" in line for line in lines(Standing(load, (), (), T0)))
