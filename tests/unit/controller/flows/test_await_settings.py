"""Waiting for what a node makes of its settings."""

from typing import Any

import pytest

from controller.flows.await_settings import await_settings
from tests.fakes.edge import FakeClock


def said(version: int, state: str) -> dict[str, Any]:
    return {"version": 4, "reported": {"version": version, "state": state, "reason": ""}}


@pytest.mark.parametrize("state", ["applied", "refused", "rolled-back"])
async def test_it_ends_with_the_nodes_last_word_and_not_with_one_on_an_older_version(state: str) -> None:
    clock, seen = FakeClock(), [said(3, "applied"), said(4, "applying"), said(4, "applying"), said(4, state)]

    async def look() -> dict[str, Any]:
        return seen.pop(0)

    fate, last = await await_settings(look, clock, 4, 90)
    assert (fate, last, seen) == (state, said(4, state), [])


@pytest.mark.parametrize("word", [None, {"version": 3, "state": "refused"}, {"version": 4, "state": "applying"}])
async def test_a_node_that_says_nothing_is_not_waited_for_for_ever(word: Any) -> None:
    clock = FakeClock()
    began_ms = clock.monotonic_ms()

    async def look() -> dict[str, Any]:
        return {"reported": word}

    fate, _ = await await_settings(look, clock, 4, 5)
    assert fate == "silent"
    assert clock.monotonic_ms() - began_ms == 5_000
