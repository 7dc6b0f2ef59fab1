"""Rings of nodes: each is watched to its end, and nothing is begun behind one that is not well."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.node_settings import NodeAnswer
from controller.core.rollout import parse_ring, rings, skew
from controller.errors import Late
from controller.flows.update_nodes import Ended, UpdateNodes
from shared.commands import Update
from shared.errors import Rejected
from shared.ids import NodeId
from shared.texts import say
from tests.fakes.edge import FakeClock

ENDS = {"well": "done", "bad": "rolled-back", "odd": "failed"}


class Fleet:
    """Nodes whose names say how they end; each takes a few looks for it."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.looks: dict[str, int] = {}
        self.states: dict[str, dict[str, Any]] = {}

    async def update(self, node: NodeId, order: Update, who: str, address: str) -> NodeAnswer:
        assert (who, address) == ("kim", "")
        if node.startswith("refuses"):
            return NodeAnswer(False, "update: another update is under way", None, "", b"")
        self.told.append((node, order.release))
        self.states[node] = {"version": "1.0", "step": "idle", "result": "done", "fetching": order.release}
        return NodeAnswer(True, "", None, "", b"")

    async def update_state(self, node: NodeId) -> NodeAnswer:
        if node.startswith("away"):
            raise Late("node", say("node_silent", node=node, seconds=6))
        state = self.states.setdefault(node, {"installed": "2.0" if node.startswith("same") else "1.0"})
        if node in dict(self.told):
            self._go_on(node, state)
        return NodeAnswer(True, "", {"platform": "trixie-arm64", **state}, "", b"")

    def _go_on(self, node: str, state: dict[str, Any]) -> None:
        look = self.looks[node] = self.looks.get(node, 0) + 1
        kind = node.partition("-")[0]
        if look == 2 and kind == "starts":
            raise Late("node", say("node_silent", node=node, seconds=6))
        if look == 2:
            state |= {"fetching": "", "fault": "no room" if kind == "full" else "", "waits": True}
        if look == 3:
            state |= {"waits": False, "version": "2.0", "step": "trying", "result": ""}
        if look == 4 and kind != "hangs":
            state |= {"step": "idle", "result": ENDS.get(kind, "done"), "before": "1.0", "fetching": ""}


class Shelf:
    """Has 2.0 for everybody."""

    def order(self, version: str, platform: str, *, downgrade: bool) -> Update:
        if version != "2.0":
            raise Rejected("release", f"there is none of {version} for {platform}")
        return Update(release=f"{version}-{platform}", length_bytes=1, sha256="0" * 64, downgrade=downgrade)


async def updated(*names: str, ring: int = 2, version: str = "2.0") -> tuple[Fleet, list[Ended], list[str]]:
    fleet, said = Fleet(), list[str]()
    updating = UpdateNodes(
        fleet,
        Shelf(),
        FakeClock(),
        tell=lambda node, line: said.append(f"{node}: {line}"),
        finished=lambda one: said.append(f"{one.node}: {one.fate}"),
        patience_ms=60_000,
    )
    ended = await updating.run(version, rings([NodeId(name) for name in names], ring), "kim")
    return fleet, ended, said


async def test_all_are_updated_ring_by_ring_and_a_silent_start_is_waited_for() -> None:
    fleet, ended, said = await updated("well-1", "starts-2", "well-3", "same-4")
    assert [one.fate for one in ended] == ["done", "done", "done", "same"]
    assert [node for node, _ in fleet.told] == ["well-1", "starts-2", "well-3"]
    assert said.index("well-3: fetches 2.0-trixie-arm64") > said.index("starts-2: done")
    assert "well-1: runs it, and looks whether all is well" in said
    assert said.count("well-1: done") == 1


@pytest.mark.parametrize(
    ("name", "fate", "reason"),
    [
        ("bad-1", "rolled-back", ""),
        ("odd-1", "failed", ""),
        ("full-1", "failed", "no room"),
        ("refuses-1", "failed", "update: another update is under way"),
        ("hangs-1", "silent", "has not ended after 1 min: cctv node show hangs-1"),
    ],
)
async def test_behind_one_that_is_not_well_nothing_is_begun(name: str, fate: str, reason: str) -> None:
    fleet, ended, _said = await updated(name, "well-2", "well-3")
    assert [one.fate for one in ended] == [fate, "done", "not begun"]
    assert ended[0].reason == reason
    assert "well-3" not in dict(fleet.told)


async def test_a_node_that_is_away_and_a_version_that_is_not_there_are_said() -> None:
    _fleet, ended, _said = await updated("away-1", "well-2", ring=1)
    assert [one.fate for one in ended] == ["silent", "not begun"]
    _fleet, ended, _said = await updated("well-1", version="3.0")
    assert (ended[0].fate, ended[0].reason) == ("failed", "there is none of 3.0 for trixie-arm64")


@given(st.lists(st.text(min_size=1), unique=True), st.integers(1, 9))
def test_rings_hold_every_node_once_in_their_order(nodes: list[str], size: int) -> None:
    made = rings(nodes, size)
    assert [node for ring in made for node in ring] == nodes
    assert all(1 <= len(ring) <= size for ring in made)


def test_a_ring_is_a_share_or_a_number() -> None:
    assert [parse_ring("10%", 3), parse_ring("10%", 25), parse_ring("100%", 7), parse_ring("4", 2)] == [1, 2, 7, 4]
    for text in ("", "0", "0%", "101%", "-1", "ten"):
        with pytest.raises(Rejected, match="--ring"):
            parse_ring(text, 5)


def test_skew_says_which_way() -> None:
    assert [skew(one, "0.2.0") for one in ("0.2.0", "0.1.9", "0.10", "", "dev")] == [
        "same", "older", "newer", "unknown", "unknown",
    ]  # fmt: skip
