"""The arithmetic of what a site needs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.sizing import JUDGED_MS, Wanted, needed

SITE = Wanted(cameras=16, watched=4, tiles=9)


def test_a_camera_of_four_megabits_writes_43_gigabytes_a_day() -> None:
    assert needed(Wanted(cameras=1)).written_bytes_day_node == 43_200_000_000


def test_a_ring_of_half_an_hour_of_two_cameras_is_planned_with_room() -> None:
    # 2 x 0.5 MB/s x 1800 s = 1.8 GB, which is 70 % of the disk
    assert needed(SITE).ring_bytes_node == pytest.approx(1.8e9 / 0.7, abs=1)


def test_a_disk_lives_as_long_as_its_maker_lets_it_be_written() -> None:
    need = needed(replace(SITE, disk_tbw=150))
    assert need.disk_years_node == pytest.approx(150e12 / (2 * 43.2e9) / 365)


def test_events_alone_take_their_share_of_the_store() -> None:
    events, everything = needed(SITE), needed(replace(SITE, continuous=True))
    assert everything.store_bytes == pytest.approx(16 * 43.2e9 * 30 / 0.7, abs=1)
    assert events.store_bytes == pytest.approx(everything.store_bytes * SITE.moving_share, abs=1)


def test_watching_and_events_are_judged_together() -> None:
    need = needed(SITE)
    assert need.judged_pictures_s == 4 * 2 + 16 * 0.1 * 5
    assert need.processor_cores == pytest.approx(16 * JUDGED_MS / 1000 / 0.7)
    assert need.verifiers is None


@pytest.mark.parametrize(("judged", "verifiers"), [(100.0, 1), (22.9, 1), (22.8, 2), (5.0, 5)])
def test_verifiers_are_counted_by_what_one_was_measured_to_judge(judged: float, verifiers: int) -> None:
    assert needed(replace(SITE, judged_pictures_s=judged)).verifiers == verifiers


def test_no_more_is_watched_or_looked_at_than_there_is() -> None:
    assert needed(replace(SITE, watched=99, tiles=99)) == needed(replace(SITE, watched=16, tiles=16))


@given(
    cameras=st.integers(1, 50), on_node=st.integers(1, 5), share=st.floats(0, 1), days=st.integers(1, 60)
)  # fmt: skip
def test_more_cameras_never_need_less(cameras: int, on_node: int, share: float, days: int) -> None:
    less = Wanted(cameras=cameras, cameras_on_node=on_node, moving_share=share, keep_days=days)
    a, b = needed(less), needed(replace(less, cameras=cameras + 1))
    assert a.nodes <= b.nodes
    assert a.store_bytes <= b.store_bytes
    assert a.judged_pictures_s <= b.judged_pictures_s
    assert a.nodes * on_node >= cameras
