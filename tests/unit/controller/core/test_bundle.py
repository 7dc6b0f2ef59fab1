"""What a bundle says of keys: until when each was good."""

from datetime import UTC, datetime, timedelta

import pytest

from controller.core.bundle import good_until

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def hours(count: int) -> datetime:
    return DAY + timedelta(hours=count)


@pytest.mark.parametrize(
    ("later", "switches", "until"),
    [
        (None, [], None),
        (9, [], 9),
        (None, [(3, False)], 3),
        (9, [(3, False)], 3),
        (9, [(3, False), (4, False)], 3),
        (9, [(3, False), (5, True)], 9),
        (9, [(3, False), (5, True), (7, False)], 7),
        (9, [(-2, False), (12, False)], 9),
        (None, [(-2, False)], None),
    ],
)
def test_a_key_ends_with_the_next_one_or_when_its_node_was_cut_off(
    later: int | None, switches: list[tuple[int, bool]], until: int | None
) -> None:
    told = [(hours(at), on) for at, on in switches]
    found = good_until(DAY, None if later is None else hours(later), told)
    assert found == (None if until is None else hours(until))
