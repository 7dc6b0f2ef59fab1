"""Tells sirens, lights and relays on the floor whether they are to be on, and Home Assistant what there is."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from controller.core.discovery import node_document, site_document
from controller.core.outputs import Hand, Output, Wanted, decide, due
from controller.core.records import Rule
from controller.core.zone_counts import zones_of
from controller.errors import WayShut
from controller.ports import Bell, State
from controller.ports.ways import Door
from shared.clock import Clock, to_datetime
from shared.errors import Transient
from shared.messages import OutputMessage
from shared.mint import uuid7
from shared.topics import DISCOVERY, OUTPUT, OUTPUT_SET, PREFIX

log = structlog.get_logger("outputs")

_POLL_S = 1.0
_AGAIN_MS = 1_000
_ANNOUNCE_MS = 5_000


class Reads(Protocol):
    """Which cameras there are."""

    async def cameras(self) -> list[State]: ...


class Floor(Protocol):
    """What outputs follow, in the database."""

    async def heeded(self, outputs: Sequence[Output]) -> list[State]:
        """Every alarm that one of `outputs` may be on for now, as `decide` reads it."""
        ...

    async def hands(self) -> Mapping[str, Hand]:
        """How each output was switched by hand last, as far as it was kept."""
        ...

    async def keep_hand(self, output: str, hand: Hand) -> None:
        """Remember it, unless a later one is known."""
        ...


class RulesInForce(Protocol):
    """The site's rules."""

    async def in_force(self) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        """Every rule, and the cameras that nodes have told of."""
        ...


class Publishes(Protocol):
    """The broker: documents that are not our own messages, and retained."""

    async def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None: ...

    async def send(self, channel: Any, message: Any, **levels: str) -> None: ...


@dataclass(slots=True)
class DriveOutputs:
    """One per site at a time (see `lead`). Follows from what is open: a new leader goes on where the last one ended."""

    reads: Reads
    wire: Publishes
    bell: Bell
    clock: Clock
    site: str
    outputs: Sequence[Output]
    discovery: bool
    connections: Callable[[], int]  # grows with each: what is retained is told again
    rules: RulesInForce
    floor: Floor
    home: Door
    _told: dict[str, Wanted] = field(default_factory=dict)
    _hands: dict[str, Hand] = field(default_factory=dict)
    _unkept: set[str] = field(default_factory=set)  # outputs whose hand no database knows yet
    _remembers: bool = False  # what hands did before this process led
    _announced: dict[str, bytes] = field(default_factory=dict)
    _connection: int = -1
    _looked_ms: int | None = None  # when it was last seen what there is to announce

    async def run(self) -> None:
        """Drive until cancelled; while the broker is away, what is on goes off by itself."""
        self._told, self._announced, self._remembers = {}, {}, False
        while True:
            try:
                await self.step()
            except Transient as fault:
                log.info("outputs wait", error=str(fault))
                await self.clock.sleep_ms(_AGAIN_MS)
            await self.bell.wait("feed", _POLL_S)

    async def step(self) -> None:
        """One look: tell what changed, or runs out soon."""
        if self._connection != self.connections():
            self._connection, self._told, self._announced = self.connections(), {}, {}
            self._looked_ms = None
        if self.outputs:
            await self._remember()
            alarms = await self.floor.heeded(self.outputs)
            now_ms = self.clock.unix_ms()
            for output in self.outputs:
                wanted = decide(output, alarms, self._hands.get(output.name), now_ms)
                if due(self._told.get(output.name), wanted, now_ms):
                    await self.wire.send(OUTPUT, self._message(output, wanted), site=self.site, output=output.name)
                    self._told[output.name] = wanted
            await self._keep()
        if self.discovery and await self._may_announce():
            await self._announce()

    async def _may_announce(self) -> bool:
        try:
            await self.home.through()
        except WayShut:
            return False
        return True

    async def switched(self, topic: str, payload: bytes) -> None:
        """Somebody's hand, by Home Assistant: ON or OFF."""
        for output in self.outputs:
            if topic == OUTPUT_SET.format(site=self.site, output=output.name) and payload in {b"ON", b"OFF"}:
                self._hands[output.name] = Hand(payload == b"ON", self.clock.unix_ms())
                self._unkept.add(output.name)
                log.info("switched by hand", output=output.name, on=payload == b"ON")
                await self.bell.ring("feed")

    async def _remember(self) -> None:
        """What hands did while another process drove, or before this one began; what they did since counts first."""
        if not self._remembers:
            for name, hand in (await self.floor.hands()).items():
                known = self._hands.get(name)
                if known is None or known.at_ms < hand.at_ms:
                    self._hands[name] = hand
            self._remembers = True

    async def _keep(self) -> None:
        """After it was told: a siren is silent before its hand is on record."""
        for name in tuple(self._unkept):
            self._unkept.discard(name)
            try:
                await self.floor.keep_hand(name, self._hands[name])
            except Transient:
                self._unkept.add(name)
                raise

    def _message(self, output: Output, wanted: Wanted) -> OutputMessage:
        return OutputMessage(
            id=uuid7(),
            at=self.clock.now(),
            output=output.name,
            kind=output.kind,
            state="on" if wanted.on else "off",
            reason=wanted.reason,
            alarm=wanted.alarm,
            severity=wanted.severity,
            until=None if wanted.until_ms is None else to_datetime(wanted.until_ms),
        )

    async def _announce(self) -> None:
        now_ms = self.clock.monotonic_ms()
        if self._looked_ms is not None and now_ms - self._looked_ms < _ANNOUNCE_MS:
            return
        rules = [rule for rule in (await self.rules.in_force())[0] if rule.enabled]
        nodes: dict[str, list[Mapping[str, Any]]] = {}
        zones: dict[str, list[str]] = {}
        for camera in await self.reads.cameras():
            nodes.setdefault(camera["node"], []).append(camera)
            zones[camera["id"]] = list(zones_of([rule for rule in rules if rule.camera in {None, camera["id"]}]))
        documents = {
            f"cctv-{node}": node_document(PREFIX, self.site, node, cameras, zones) for node, cameras in nodes.items()
        }
        documents[f"cctv-site-{self.site}"] = site_document(PREFIX, self.site, self.outputs)
        for name, document in documents.items():
            payload = json.dumps(document).encode()
            if self._announced.get(name) != payload:
                await self.wire.publish(f"{DISCOVERY}/device/{name}/config", payload, retain=True)
                self._announced[name] = payload
        self._looked_ms = now_ms
