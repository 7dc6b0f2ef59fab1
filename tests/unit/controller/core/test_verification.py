"""What the system says of its own verification."""

import pytest

from controller.core.verification import complaint, verification
from shared.texts import said


@pytest.mark.parametrize(
    ("worker", "jobs", "oldest_s", "health"),
    [
        ("running", 0, 0.0, "ok"),
        ("starting", 3, 1.0, "ok"),
        ("running", 3, 20.0, "degraded"),
        ("running", 3, 200.0, "down"),
        ("frozen", 0, 0.0, "down"),
        ("down", 0, 0.0, "down"),
        (None, 0, 0.0, "ok"),
        (None, 1, 200.0, "down"),
    ],
)
def test_the_worker_and_the_waiting_work_decide(worker: str | None, jobs: int, oldest_s: float, health: str) -> None:
    found, reason = verification(worker, jobs, oldest_s)
    assert found == health
    assert bool(reason) == (health != "ok")


def test_the_reason_is_said_by_a_code() -> None:
    assert said(verification("frozen", 0, 0.0)[1]) == {"code": "worker_frozen", "params": {}}
    assert said(verification("running", 3, 20.4)[1]) == {"code": "jobs_wait", "params": {"jobs": 3, "oldest_s": 20}}


def test_an_alarm_of_it_says_what_to_do() -> None:
    assert complaint("running", 2, 3.0) is None
    assert said(complaint("starting", 0, 0.0, signed_on=False)) == {"code": "alarm_worker_away", "params": {}}
    assert said(complaint("down", 0, 0.0)) == {"code": "alarm_worker_away", "params": {}}
    assert said(complaint(None, 2, 61.2)) == {"code": "alarm_jobs_wait", "params": {"jobs": 2, "oldest_s": 61}}
