"""The table of figures: names, units, labels, and what is read of a site."""

import re
from dataclasses import replace
from math import inf, isfinite

import pytest

from controller.core.alarm_load import AlarmFact, load
from controller.core.figures import FIGURES, p95, samples
from controller.core.queues import JobLoad, QueueLoad
from controller.core.records import Watched
from controller.core.site_counts import CameraCount, Counts, NodeCount, RoleCount, SiteCounts
from shared.ids import CameraId
from tests.builders import T0

DAY_MS = 24 * 3_600_000
QUIET = SiteCounts("plant", "1.0", T0, Counts(), load([], [], T0 - DAY_MS, T0, 1), JobLoad(), "ok")


def chattering(times: int) -> list[AlarmFact]:
    """One source that raises an alarm each second."""
    return [
        AlarmFact(n, "r", "lawn", "gate.yard", "gate.yard", False, None, "high", T0 - 1000 * n) for n in range(times)
    ]


BUSY = SiteCounts(
    "plant",
    "1.0",
    T0,
    Counts(
        raised=912,
        open={("high", "raised"): 3, ("low", "in_action"): 1},
        shelved=2,
        nodes=(
            NodeCount(
                "gate", "online", 4.0, 7, 31.5, 2, 900, 86_400.0, 10**10, 0.25, 71.5, throttled=True,
                cameras=(
                    CameraCount("gate.yard", True, 0.1, 1_800.0, False),
                    CameraCount("gate.door", False, None, 60.0, True, "covered"),
                ),
            ),
            NodeCount("hall", "away", 99.0),
            NodeCount("old", "disabled", 9e6, 1, 1.0, 1, 1),
        ),
        cameras={"live": 3, "stalled": 1},
        runs={"uploaded": 5},
        channels={"mail": "well", "horn": "dead", "test": "off"},
        messages={"waiting": 2},
        messages_oldest_s=61.0,
        messages_day={"delivered": 40, "failed": 1},
        questions_day={("describe", "done"): 4},
        led={"ingest": True, "notify": False},
        workers=2,
        backup_age_s=3_600.0,
        tried_age_s=90_000.0,
        scrub_wrong=2,
        scrub_age_s=600.0,
    ),
    load(chattering(12), [1, 2], T0 - DAY_MS, T0, 1),
    JobLoad((QueueLoad("running", 2, 1, 0.5), QueueLoad("back-fill", 1, 30, 700.0)), ended=0, parked=3),
    "degraded",
    tuple(
        Watched(CameraId(f"gate.c{n}"), T0 - 90_000, T0 - 1000 * n, 100 * n, held=n < 19) for n in range(20)
    ),
    (RoleCount("worker", "running", 3), RoleCount("relay", "down", 0)),
    (("yard", "c" * 64, "CPUExecutionProvider"),),
    certificates={"public": 3_600.0},
    free_bytes={"site": 10**11, "store": 10**12},
)  # fmt: skip


def read(site: SiteCounts) -> dict[str, dict[tuple[str, ...], float]]:
    return {figure.name: dict(told) for figure, told in samples(site)}


def test_every_figure_has_a_name_of_its_own_in_base_units() -> None:
    names = [figure.name for figure in FIGURES]
    assert len(set(names)) == len(names)
    for figure in FIGURES:
        assert re.fullmatch(r"cctv_[a-z0-9_]+", figure.name)
        plain = re.sub(r"_(5|10)_minutes$", "", figure.name)  # over which time, not in which unit
        assert not re.search(r"_(ms|milliseconds|minutes|hours|percent|kb|mb|kilobytes)(_total)?$", plain), plain
        assert figure.says.endswith((".", ")."))
        assert figure.counts == figure.name.endswith("_total")
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", label) for label in figure.labels)


@pytest.mark.parametrize("site", [QUIET, BUSY])
def test_samples_have_the_labels_of_their_figure_and_each_once(site: SiteCounts) -> None:
    for figure, told in samples(site):
        assert all(len(values) == len(figure.labels) for values, _ in told), figure.name
        assert len({values for values, _ in told}) == len(told), figure.name
        assert all(isfinite(value) or (value == inf and figure.name == "cctv_queue_drain_seconds") for _, value in told)


def test_two_jobs_of_one_queue_are_one_sample() -> None:
    twice = JobLoad((QueueLoad("ended", 1, 2, 5.0), QueueLoad("ended", 1, 1, 9.0)), ended=1)
    found = read(replace(QUIET, jobs=twice))
    assert found["cctv_queue_jobs"]["ended", "running"] == 2
    assert found["cctv_queue_jobs"]["ended", "waiting"] == 3
    assert found["cctv_queue_oldest_seconds"]["ended",] == 9.0


def test_what_a_busy_site_tells() -> None:
    found = read(BUSY)
    assert found["cctv_alarms_raised_total"] == {(): 912}
    assert found["cctv_alarms_open"]["high", "raised"] == 3
    assert found["cctv_alarms_open"]["critical", "raised"] == 0, "a figure does not come and go"
    assert found["cctv_alarms_peak_10_minutes"] == {(): 12}
    assert found["cctv_alarms_flooding"] == {(): 1}
    assert found["cctv_alarms_flood_ratio"][()] == pytest.approx(1 / 144, abs=1e-4)
    assert (found["cctv_alarms_chattering"], found["cctv_alarms_stale"]) == ({(): 1}, {(): 2})
    assert found["cctv_queue_jobs"]["back-fill", "waiting"] == 30
    assert found["cctv_queue_oldest_seconds"]["back-fill",] == 700.0
    assert found["cctv_queue_drain_seconds"] == {(): inf}, "work waits and none is done"
    assert (found["cctv_verification_degraded"], found["cctv_verification_down"]) == ({(): 1}, {(): 0})
    assert found["cctv_watch_cameras"] == {("watched",): 10, ("behind",): 0, ("unwatched",): 10}
    assert found["cctv_watch_lag_p95_seconds"] == {(): 1.8}
    assert found["cctv_watch_unwatched_seconds"]["gate.c7",] == 7.0
    assert found["cctv_nodes"] == {("online",): 1, ("away",): 1, ("disabled",): 1}
    assert found["cctv_nodes_online"] == {("gate",): 1, ("hall",): 0}, "who is shut out is not missed"
    assert found["cctv_nodes_outbox_oldest_seconds"] == {("gate",): 31.5}, "of the other nothing is known"
    assert found["cctv_nodes_certificate_left_seconds"] == {("gate",): 86_400.0}
    assert found["cctv_nodes_disk_free_bytes"] == {("gate",): 10**10}
    assert found["cctv_nodes_clock_off_seconds"] == {("gate",): 0.25}
    assert found["cctv_nodes_temperature_celsius"] == {("gate",): 71.5}
    assert found["cctv_nodes_throttled"] == {("gate",): 1}
    assert found["cctv_camera_live"] == {("gate.yard",): 1, ("gate.door",): 0}
    assert found["cctv_camera_frame_age_seconds"] == {("gate.yard",): 0.1}
    assert found["cctv_camera_ring_seconds"]["gate.door",] == 60.0
    assert found["cctv_camera_ring_short"] == found["cctv_camera_tampered"] == {("gate.yard",): 0, ("gate.door",): 1}
    assert found["cctv_backup_age_seconds"] == {(): 3_600}
    assert found["cctv_backup_tried_age_seconds"] == {(): 90_000}
    assert found["cctv_scrub_wrong"] == {(): 2}
    assert found["cctv_scrub_whole_age_seconds"] == {(): 600}
    assert found["cctv_server_certificate_left_seconds"] == {("public",): 3_600.0}
    assert found["cctv_channel_dead"] == {("mail",): 0, ("horn",): 1, ("test",): 0}
    assert found["cctv_messages_day"] == {("delivered",): 40, ("failed",): 1, ("dropped",): 0}
    assert found["cctv_task_led"]["ingest",] == 1
    assert found["cctv_task_led"]["notify",] == found["cctv_task_led"]["sweep",] == 0, "a lease that was given back too"
    assert found["cctv_role_up"] == {("worker",): 1, ("relay",): 0}


def test_a_site_where_nothing_happens() -> None:
    found = read(QUIET)
    assert found["cctv_queue_drain_seconds"] == {(): 0}
    assert found["cctv_verification_degraded"] == {(): 0}
    assert found["cctv_watch_lag_p95_seconds"] == {}
    assert found["cctv_alarms_acknowledge_seconds"] == {}


@pytest.mark.parametrize(("values", "value"), [([], None), ([3.0], 3.0), (range(1, 101), 95), (range(20), 18)])
def test_p95_is_the_nearest_rank(values: list[float], value: float | None) -> None:
    assert p95(values) == value
