"""Shares of a GPU: never more than there is, everybody's need where all fit, as few leave as will do."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.memory_budget import least_bytes, shares, to_unload

GIB = 1024**3
SIZES = st.integers(1, 8 * GIB)


@given(st.dictionaries(st.sampled_from("abcde"), SIZES, min_size=1), st.integers(GIB, 24 * GIB))
def test_shares_stay_within_the_budget(needs: dict[str, int], budget: int) -> None:
    given_out = shares(needs, budget)
    assert set(given_out) == set(needs)
    assert all(0 < share <= budget for share in given_out.values())
    if sum(needs.values()) <= budget - GIB // 2:
        assert sum(given_out.values()) <= budget
        assert all(given_out[name] >= need for name, need in needs.items())


@given(st.lists(SIZES, max_size=6), SIZES, st.integers(GIB, 24 * GIB))
def test_as_few_leave_as_will_do(sizes: list[int], coming: int, budget: int) -> None:
    loaded = [(str(n), size) for n, size in enumerate(sizes)]
    leaving = to_unload(loaded, coming, budget)
    assert leaving == tuple(name for name, _ in loaded[: len(leaving)])
    usable = budget - GIB // 2
    kept = sum(sizes[len(leaving) :])
    assert kept + coming <= usable or not sizes[len(leaving) :]
    if leaving:
        assert kept + sizes[len(leaving) - 1] + coming > usable


def test_a_larger_model_needs_more() -> None:
    assert least_bytes(4_000_000, 416 * 416) < least_bytes(36_000_000, 640 * 640) < 2 * GIB
