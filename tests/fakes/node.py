"""A node put together from fakes, for the tests of its flows."""

from dataclasses import dataclass, field

from edge_agent.core.run_cutter import CutRules
from edge_agent.core.schedule import TransferPlan
from edge_agent.flows.cut_runs import RunCutting
from edge_agent.flows.deliver import Delivery
from edge_agent.flows.facts import Facts
from edge_agent.flows.publish import Publishing
from edge_agent.flows.share_uplink import UplinkSharing
from shared.ids import NodeId
from shared.ledger_signature import EntrySigner
from shared.messages import Ack, AckItem, ControllerStatus, EventFact, Grant, RunFact
from shared.mint import uuid7
from tests.fakes.edge import FakeClock, FakeFeed, FakeRing, FakeWire, MemoryOutbox, MemoryUploads
from tests.fakes.line import FakeUplink

NODE = NodeId("n1")


PRIVATE_PEM = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
"""
PUBLIC_PEM = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
"""
"""RFC 8032, 7.1, test 1: known to everybody."""


@dataclass
class FakeNode:
    """Everything below the flows that a test looks at."""

    clock: FakeClock = field(default_factory=FakeClock)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    ring: FakeRing = field(default_factory=FakeRing)
    uplink: FakeUplink = field(default_factory=FakeUplink)
    wire: FakeWire = field(default_factory=FakeWire)
    feed: FakeFeed = field(default_factory=FakeFeed)
    budget_bytes: int = 10**9
    rate_bytes_s: int = 0
    plan: TransferPlan = field(default_factory=TransferPlan)

    def __post_init__(self) -> None:
        self.uploads = MemoryUploads(self.outbox)
        self.facts = Facts(NODE, uuid7(), self.outbox, self.clock, uuid7, EntrySigner(PRIVATE_PEM).sign)
        self.begin()

    def begin(self) -> None:
        """The flows of one life of the agent; a second call is a restart on the same disk."""
        self.sharing = UplinkSharing(self.clock, rate_bytes_s=self.rate_bytes_s)
        self.delivery = Delivery(
            self.uploads,
            self.outbox,
            self.ring,
            self.uplink,
            self.facts,
            self.sharing,
            held_budget_bytes=self.budget_bytes,
            plan=self.plan,
        )
        self.publishing = Publishing(self.outbox, self.wire, self.facts, self.delivery)
        self.cutting = RunCutting(self.feed, self.ring, self.uploads, self.delivery, self.facts, CutRules())

    async def nudge(self) -> None:
        """Have delivery look again now, not at its next tick."""
        await self.delivery.raise_priority(self.feed.camera, 0, 0, "continuous")

    def events(self) -> list[EventFact]:
        return [fact for fact in self.outbox.facts.values() if isinstance(fact, EventFact)]

    def runs(self) -> list[RunFact]:
        return [fact for fact in self.outbox.facts.values() if isinstance(fact, RunFact)]

    async def online(self, state: str = "online") -> None:
        status = ControllerStatus.model_validate({"id": uuid7(), "at": self.clock.now(), "state": state})
        await self.publishing.controller_is({}, status)

    async def ack(
        self, fact: str, *, grant: bool = False, stored: bool = False, outcome: str = "accepted", node: str = NODE
    ) -> None:
        """The controller's answer to one fact."""
        leave = Grant(url=f"/put/{fact}", headers={}, expires_at=self.clock.now()) if grant else None
        item = AckItem.model_validate({"fact": fact, "outcome": outcome, "grant": leave, "stored": stored})
        ack = Ack.model_validate({"id": uuid7(), "at": self.clock.now(), "items": (item,)})
        await self.publishing.answered({"node": node}, ack)
