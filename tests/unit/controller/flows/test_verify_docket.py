"""A camera's docket: a job that comes again keeps what is unsaved, an old refusal does not cost a new lease."""

import itertools
from dataclasses import replace

from controller.core.records import FrameBoxes, Job, Occurrence
from controller.flows.verify_docket import Docket
from shared.errors import Rejected
from shared.ids import CameraId
from tests.fakes.verifier_bench import RULE

CAM = CameraId("gate.front")
JOB = Job(7, "live", CAM, None, 1_000, None, attempts=1, token=1)
FOUND = Occurrence("o1", RULE, CAM, 700, 1_200, None, (1,), 0.9)


def docket() -> Docket:
    numbers = itertools.count()
    return Docket(CAM, lambda: f"v{next(numbers)}")


def test_a_job_that_we_lease_again_goes_on_with_what_is_not_saved() -> None:
    ours = docket()
    first = ours.add(JOB, 0)
    first.add(FrameBoxes(1_200, ()), lambda _track: ())
    ours.pend(first, [FOUND])
    again = ours.add(replace(JOB, token=2), 12_000)
    assert again.pending == {"o1": FOUND}
    assert [frame.pts_ms for frame in again.draft.frames] == [1_200]
    assert (again.job.token, again.renewed_ms) == (2, 12_000)


def test_the_refusal_of_an_old_lease_leaves_the_new_one_alone() -> None:
    ours = docket()
    ours.add(JOB, 0)
    ours.add(replace(JOB, token=2), 12_000)
    assert not ours.lose(JOB, Rejected("lease", "is another's"))
    assert set(ours.jobs) == {7}
    assert ours.lose(replace(JOB, token=2), Rejected("lease", "is another's"))
    assert ours.jobs == {}


def test_what_nobody_owned_is_saved_with_the_next_job() -> None:
    ours = docket()
    ours.unowned["o1"] = FOUND
    assert ours.add(JOB, 0).pending == {"o1": FOUND}
    assert ours.unowned == {}
    assert ours.latest == {"o1": FOUND}
