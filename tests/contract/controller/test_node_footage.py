"""Where a node has footage that the store has not, on both databases."""

import pytest

from controller.adapters.node_footage import SqlNodeFootage
from shared.ids import CameraId
from tests.builders import T0, node_status
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_timeline_store import HOUR, MINUTE, yard

__all__ = ["yard"]

YARD = CameraId("gate.yard")


@pytest.mark.parametrize(
    ("from_minute", "until_minute", "stored_too", "found"),
    [
        (0, 1, False, None),  # stored
        (0, 1, True, 0),
        (0, 2, False, 1),  # on its way
        (2, 3, False, 2),  # on the node
        (2.5, 3, False, 2.5),
        (3, 4, False, None),  # never recorded
        (10, 11, True, None),  # long ago and not told
        (59, 60, False, 59),  # so young that the node may not have told yet
        (59.995, 60, False, None),
        (61, 62, False, None),
    ],
)
async def test_the_first_moment_that_the_node_has(
    yard: Site, from_minute: float, until_minute: float, stored_too: bool, found: float | None
) -> None:
    footage = SqlNodeFootage(yard.database, yard.clock)
    from_ms, to_ms = (T0 + round(minute * MINUTE) for minute in (from_minute, until_minute))
    first = await footage.first(YARD, from_ms, to_ms, stored_too=stored_too)
    assert first == (None if found is None else T0 + round(found * MINUTE))


async def test_a_node_that_is_away_has_nothing(yard: Site) -> None:
    footage = SqlNodeFootage(yard.database, yard.clock)
    assert await footage.first(YARD, T0, T0 + HOUR, stored_too=True) == T0
    await yard.facts.save_status(node_status("gate.yard", "gate.door", state="offline"))
    assert await footage.first(YARD, T0, T0 + HOUR, stored_too=True) is None
    assert await footage.first(CameraId("none.yard"), T0, T0 + HOUR, stored_too=True) is None
