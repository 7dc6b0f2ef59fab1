"""Two controllers behind nginx on one database, broker and store: one dies, one freezes, and nothing is missing."""

import hashlib
import signal
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.two_controllers import Feed, TwoControllers, two_controllers
from tests.servers.mosquitto import Mosquitto
from tests.servers.running_demo import until
from tests.servers.stores import S3Store

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(900)]
FROZEN_S = 30
SLOW_S = 120  # a bound for a busy machine, and no measurement


def test_one_dies_and_one_freezes_and_nothing_is_missing(
    tmp_path: Path, postgres_url: str, s3: S3Store, mosquitto: Callable[..., Mosquitto]
) -> None:
    with two_controllers(tmp_path, postgres_url, s3, mosquitto().port) as both:
        until("an alarm", both.alarms, 240, every_s=1)
        before = raised(both)
        with both.watching() as pictures, both.following() as feed:
            until("an upload", lambda: under_way(both), SLOW_S)
            dies, lives = both.with_camera()
            killed_s = time.monotonic()
            dies.send(signal.SIGKILL)
            print(f"killed: no live picture for {pictures.longest_without(killed_s, SLOW_S):.1f} s")  # noqa: T201
            until("all leases at the other one", lambda: both.all_led_by(lives), SLOW_S)
            both.wait_for_another_alarm(SLOW_S)
            with dies.run():
                freezes, goes_on = both.with_camera()
                frozen_s = time.monotonic()
                freezes.send(signal.SIGSTOP)
                print(f"frozen: no live picture for {pictures.longest_without(frozen_s, SLOW_S):.1f} s")  # noqa: T201
                until("all leases at the other one", lambda: both.all_led_by(goes_on), SLOW_S)
                time.sleep(max(0.0, frozen_s + FROZEN_S - time.monotonic()))
                both.wait_for_another_alarm(SLOW_S)
                freezes.send(signal.SIGCONT)
                both.wait_for_another_alarm(SLOW_S)
                everything_arrives(both)
                everything_was_told(both, feed, before)
                both.east.cctv("audit", "verify")
                both.east.cctv("evidence", "ledger")
                one_alarm_for_each_situation(both)


def under_way(both: TwoControllers) -> bool:
    """Whether a run is announced of which the store has not been seen to have it."""
    return bool(both.rows("SELECT id FROM run WHERE state IN ('announced', 'uploaded')"))


def everything_arrives(both: TwoControllers) -> None:
    """Every run that is announced until now is in the store, each of its segments byte for byte."""
    announced = {one["id"] for one in both.rows("SELECT id FROM run")}

    def waiting() -> set[str]:
        return {one["id"] for one in both.rows("SELECT id FROM run WHERE state <> 'stored'")} & announced

    until("all runs in the store", lambda: not waiting(), 240, every_s=1)
    client, runs = both.s3.client(), both.rows("SELECT * FROM run WHERE state = 'stored'")
    assert announced <= {run["id"] for run in runs}
    for run in runs:
        answer = client.get_object(both.s3.bucket, run["key"])
        try:
            data = answer.read()
        finally:
            answer.close()
        assert hashlib.sha256(data).hexdigest() == run["sha256"]
        place = init = run["init_bytes"]
        for segment in run["segments"]:
            begin, place = place, place + segment["bytes"] - init
            assert hashlib.sha256(data[:init] + data[begin:place]).hexdigest() == segment["sha256"]
        assert place == len(data)


def everything_was_told(both: TwoControllers, feed: Feed, before: set[str]) -> None:
    """Who read the feed moved over, missed no alarm that was raised since, and heard nothing twice."""
    since = raised(both) - before

    def heard() -> set[str]:
        return {row["data"]["id"] for row in feed.told if row["kind"] == "alarm"}

    until("the feed", lambda: since <= heard() and feed.greetings > 1, 60)
    told = [row["id"] for row in feed.told]
    assert told == sorted(set(told))


def raised(both: TwoControllers) -> set[str]:
    return {one["id"] for one in both.rows("SELECT id FROM alarm")}


def one_alarm_for_each_situation(both: TwoControllers) -> None:
    """Numbers in a row, and no condition that was counted twice."""
    numbers = [one["number"] for one in both.rows("SELECT number FROM alarm ORDER BY number")]
    assert numbers == list(range(1, len(numbers) + 1))
    asked = """SELECT alarm.rule, occurrence.camera, occurrence.start_ms, occurrence.end_ms, occurrence.track_ids
        FROM occurrence JOIN alarm ON alarm.id = occurrence.alarm WHERE alarm.kind = 'ppe_missing'
        AND occurrence.same_as IS NULL ORDER BY occurrence.start_ms"""
    for before, after in pairwise(both.rows(asked)):
        same = (before["start_ms"], before["track_ids"]) == (after["start_ms"], after["track_ids"])
        assert not same, f"{before} and {after}"
