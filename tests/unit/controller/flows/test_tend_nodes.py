"""Tending nodes: the first look at a log is audited, an answer that is no list is none, an old node says why."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from controller.core.node_settings import DesiredSettings, NodeAnswer
from controller.errors import Late
from controller.flows.tend_nodes import TendNodes
from controller.ports import State
from shared.commands import ConfigReported, ReadLog, RestartAgent
from shared.ids import NodeId
from tests.fakes.orders import FakeOrders

GATE = NodeId("gate")


class Configs:
    """Only the audit log is of interest here."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, str, str]] = []

    async def state(self, node: NodeId) -> State:
        return {"node": node}

    async def add(
        self, node: NodeId, settings: Mapping[str, Any], *, expected_version: int | None, who: str, address: str
    ) -> DesiredSettings:
        raise NotImplementedError

    async def unanswered(self) -> tuple[DesiredSettings, ...]:
        raise NotImplementedError

    async def newest(self) -> tuple[DesiredSettings, ...]:
        raise NotImplementedError

    async def report(self, report: ConfigReported) -> None:
        raise NotImplementedError

    async def note_order(self, node: NodeId, kind: str, who: str, address: str) -> None:
        del address
        self.noted.append((node, kind, who))


def says(data: bytes, newest: object = 7) -> NodeAnswer:
    return NodeAnswer(True, "", {"newest": newest}, "application/json", data)


async def test_the_first_look_at_a_log_is_audited_and_the_next_ones_go_on() -> None:
    configs, orders = Configs(), FakeOrders()
    tend = TendNodes(configs, orders)
    orders.answers["log"] = says(json.dumps(["one", "two"]).encode())
    assert await tend.log(GATE, 0, "kim", "") == {"ok": True, "reason": "", "newest": 7, "lines": ["one", "two"]}
    await tend.log(GATE, 7, "kim", "")
    assert configs.noted == [("gate", "log", "kim")]
    assert [order for _, order in orders.asked] == [ReadLog(after=0), ReadLog(after=7)]


@pytest.mark.parametrize("data", [b"", b"\xff", b'{"a": 1}', b"[1, null]"])
async def test_what_is_no_list_of_lines_is_none(data: bytes) -> None:
    orders = FakeOrders()
    orders.answers["log"] = says(data, "many")
    assert await TendNodes(Configs(), orders).log(GATE, 5, "kim", "") == {
        "ok": True,
        "reason": "",
        "newest": 0,
        "lines": [],
    }


async def test_an_older_node_says_why_and_a_silent_one_is_late() -> None:
    orders = FakeOrders()
    tend = TendNodes(Configs(), orders)
    with pytest.raises(Late):
        await tend.log(GATE, 0, "kim", "")
    orders.answers["log"] = NodeAnswer(False, "cmd.command: is not known", None, "", b"")
    assert (await tend.log(GATE, 0, "kim", ""))["reason"] == "cmd.command: is not known"


async def test_an_agent_is_restarted_by_its_own_order() -> None:
    configs, orders = Configs(), FakeOrders()
    orders.answers["restart-agent"] = NodeAnswer(True, "", None, "", b"")
    assert (await TendNodes(configs, orders).tell(GATE, "restart-agent", None, "kim", "")).ok
    assert ([order for _, order in orders.asked], configs.noted[0][1]) == ([RestartAgent()], "restart-agent")
