"""The size of a batch: never more than fits, grown back with patience, and few shapes."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.batch_size import BatchSize, rung


@given(most=st.integers(1, 64), fits=st.integers(1, 64), rounds=st.integers(1, 500))
def test_it_settles_at_what_fits(most: int, fits: int, rounds: int) -> None:
    batch = BatchSize(most)
    failures = 0
    for _ in range(rounds):
        while batch.now > fits:
            assert batch.failed()
            failures += 1
        assert 1 <= batch.now <= most
        batch.worked(batch.now)
    assert failures <= 6 + rounds / 64


def test_it_grows_after_a_long_quiet_and_waits_longer_each_time() -> None:
    batch, waits = BatchSize(8), []
    assert batch.failed()
    for _ in range(3):
        count = 0
        while batch.now == 4:
            batch.worked(4)
            count += 1
        waits.append(count)
        batch.failed()
    assert waits == [64, 128, 256]


def test_half_full_batches_say_nothing_of_larger_ones() -> None:
    batch = BatchSize(8)
    batch.failed()
    for _ in range(10_000):
        batch.worked(3)
    assert batch.now == 4


def test_one_cannot_be_halved() -> None:
    batch = BatchSize(1)
    assert not batch.failed()
    assert batch.now == 1


@given(st.integers(1, 16), st.integers(1, 16))
def test_a_rung_holds_the_pictures(pictures: int, most: int) -> None:
    assert min(pictures, most) <= rung(pictures, most) <= most
    assert rung(pictures, 16) in {1, 2, 4, 8, 16}
