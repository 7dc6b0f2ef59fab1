"""Settings wanted of nodes, on both databases: versions only grow, what a node says is kept, strangers go unheard."""

import asyncio
from typing import Any

import pytest
from sqlmodel import select

from controller.adapters.mask_reads import SqlMasks
from controller.adapters.node_config_store import SqlNodeConfigs
from controller.adapters.node_keys import make_node_keys
from controller.adapters.node_store import NodeStore
from controller.adapters.tables import AuditRow, NodeConfigRow
from controller.api.layout_schemas import MasksOut
from controller.api.schemas import NodeConfigOut
from controller.errors import Conflict, Missing
from shared.commands import ConfigReported
from shared.ids import NodeId
from shared.mint import uuid7
from tests.contract.controller.conftest import Site

GATE, ROOF = NodeId("gate"), NodeId("roof")


class Store:
    """The port, and two nodes."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.configs = SqlNodeConfigs(site.database, site.clock)

    async def want(self, node: NodeId, expected: int | None = None, **settings: Any) -> int:
        wanted = await self.configs.add(node, settings, expected_version=expected, who="kim", address="10.0.0.1")
        return wanted.version

    async def says(
        self, node: NodeId, version: int, state: str = "applied", running: int = 0, reason: str = ""
    ) -> None:
        body = {"id": uuid7(), "at": self.site.clock.now(), "node": node, "version": version, "state": state}
        await self.configs.report(ConfigReported.model_validate(body | {"running": running, "reason": reason}))

    async def state(self, node: NodeId) -> NodeConfigOut:
        return NodeConfigOut.model_validate(await self.configs.state(node))


@pytest.fixture
async def store(site: Site) -> Store:
    nodes = NodeStore(site.database, site.clock)
    for name in (GATE, ROOF):
        await nodes.enrol(name, make_node_keys()[1], "root")
    return Store(site)


async def test_every_version_is_kept_and_the_newest_counts(store: Store) -> None:
    before = await store.state(GATE)
    assert (before.version, before.settings, before.at, before.reported) == (0, {}, None, None)
    assert await store.want(GATE, 0, clip={"pre_s": 2}) == 1
    assert await store.want(GATE, 1, cameras={"gate": {"sub_source": None}}) == 2
    with pytest.raises(Conflict, match="version 2"):
        await store.want(GATE, 1)
    found = await store.state(GATE)
    assert (found.version, found.settings, found.who) == (2, {"cameras": {"gate": {"sub_source": None}}}, "kim")
    async with store.site.database.reading() as session:
        assert len((await session.scalars(select(NodeConfigRow))).all()) == 2
        audit = [row for row in await session.scalars(select(AuditRow)) if row.what == "node.config"]
    assert [(row.who, row.subject, row.address, row.detail) for row in audit] == [
        ("kim", "gate", "10.0.0.1", {"version": 1, "before": None, "after": {"clip": {"pre_s": 2}}}),
        (
            "kim",
            "gate",
            "10.0.0.1",
            {
                "version": 2,
                "before": {"clip": {"pre_s": 2}},
                "after": {"cameras": {"gate": {"sub_source": None}}},
            },
        ),
    ]


async def test_many_at_once_get_a_version_each(store: Store) -> None:
    assert sorted(await asyncio.gather(*(store.want(GATE) for _ in range(6)))) == [1, 2, 3, 4, 5, 6]


async def test_a_new_version_is_larger_than_any_that_the_node_has_seen(store: Store) -> None:
    await store.says(GATE, 40, "rolled-back", 38)  # this database is a restored one
    assert await store.want(GATE) == 41


async def test_what_a_node_says_is_kept_and_what_it_has_not_answered_is_known(store: Store) -> None:
    await store.want(GATE, clip={})
    await store.want(ROOF, upload={})
    assert [one.node for one in await store.configs.unanswered()] == [GATE, ROOF]
    await store.says(GATE, 1, "refused", 0, "clip.pre_s: \0 is not a number")
    assert [(one.node, one.version, one.settings) for one in await store.configs.unanswered()] == [
        (ROOF, 1, {"upload": {}})
    ]
    said = (await store.state(GATE)).reported
    assert said is not None
    assert (said.version, said.state, said.running, said.reason) == (1, "refused", 0, "clip.pre_s:  is not a number")
    await store.says(GATE, 1, "applied", 1)
    again = (await store.state(GATE)).reported
    assert again is not None
    assert (again.state, again.reason) == ("applied", "")
    assert [one.node for one in await store.configs.newest()] == [GATE, ROOF]


async def test_strangers_and_nodes_shut_out_are_not_heard_or_told(store: Store) -> None:
    await store.want(GATE)
    await NodeStore(store.site.database, store.site.clock).switch(GATE, "root", enabled=False)
    await store.says(GATE, 1)
    await store.says(NodeId("nobody"), 1)
    assert (await store.state(GATE)).reported is None
    assert await store.configs.newest() == await store.configs.unanswered() == ()
    for call in (store.state(NodeId("nobody")), store.want(NodeId("nobody"))):
        with pytest.raises(Missing):
            await call
    with pytest.raises(Missing):
        await store.configs.note_order(NodeId("nobody"), "reboot", "kim", "")


async def test_masks_are_those_that_run_and_nothing_else(store: Store) -> None:
    masks = SqlMasks(store.site.database)
    triangle = [[0, 0], [0.5, 0], [0.5, 0.25]]
    first = await store.want(
        GATE,
        cameras={
            "yard": {
                "motion": {"masks": [triangle, [[0, 0], [2, 0], [0, 1]], "x"]},
                "privacy": [{"polygon": triangle}],
            },
            "door": {"motion": {"masks": []}, "privacy": None},
            "odd": 7,
        },
    )
    assert await masks.all() == [], "wanted, and not run yet"
    await store.says(GATE, first, running=first)
    (told,) = [MasksOut.model_validate(one) for one in await masks.all()]
    assert (told.camera, told.motion, told.privacy) == (
        "gate.yard",
        [[(0, 0), (0.5, 0), (0.5, 0.25)]],
        [[(0, 0), (0.5, 0), (0.5, 0.25)]],
    )
    later = await store.want(GATE, cameras={})
    assert len(await masks.all()) == 1, "the version that runs counts, not the newest"
    await store.says(GATE, later, running=later)
    assert await masks.all() == []
