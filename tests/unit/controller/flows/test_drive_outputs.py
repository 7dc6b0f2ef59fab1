"""Outputs on the wire: told on change, again after a new connection; Home Assistant's documents fit its schema."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from controller.core.outputs import Hand, Output
from controller.core.records import Rule
from controller.flows.drive_outputs import DriveOutputs
from controller.ports import State
from shared.errors import Transient
from shared.ids import CameraId
from shared.messages import OutputMessage
from shared.mint import uuid7
from shared.topics import CHANNELS, account_acl
from tests.builders import rule
from tests.fakes.site import HandClock, Wire
from tests.fakes.ways import Gate
from tests.home_assistant import PLATFORMS, faults

ALARM: State = {
    "id": uuid7(), "number": 7, "rule": "r1", "rule_name": "lawn", "severity": "critical", "state": "raised",
    "camera": "n1.yard",
}  # fmt: skip


@dataclass
class Floor:
    """What is open, and a wire that keeps documents too."""

    open: list[State] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    by_hand: dict[str, Hand] = field(default_factory=dict)
    away: bool = False
    connection: int = 1
    wire: Wire = field(default_factory=Wire)

    async def heeded(self, outputs: Sequence[Output]) -> list[State]:
        del outputs
        return self.open

    rules: tuple[Rule, ...] = ()

    async def hands(self) -> dict[str, Hand]:
        return dict(self.by_hand)

    async def keep_hand(self, output: str, hand: Hand) -> None:
        if self.away:
            raise Transient("database: away")
        self.by_hand[output] = hand

    async def cameras(self) -> list[State]:
        return [{"id": "n1.yard", "node": "n1", "name": "yard"}, {"id": "n1.hall", "node": "n1", "name": "hall"}]

    async def in_force(self) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        return self.rules, ()

    async def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        assert (qos, retain) == (1, True)
        self.kept[topic] = json.loads(payload)

    async def send(self, channel: Any, message: Any, **levels: str) -> None:
        await self.wire.send(channel, message, **levels)

    async def ring(self, which: str) -> None: ...

    async def wait(self, which: str, timeout_s: float) -> None: ...


def driving(floor: Floor, clock: HandClock, gate: Gate | None = None) -> DriveOutputs:
    outputs = [Output(kind, kind, "high") for kind in ("siren", "light", "relay")]
    return DriveOutputs(
        floor, floor, floor, clock, "plant", outputs, True, lambda: floor.connection, floor, floor, gate or Gate()
    )


async def test_outputs_are_told_on_change_and_again_after_a_new_connection() -> None:
    floor, clock = Floor(), HandClock()
    drive = driving(floor, clock)
    for _ in range(3):
        await drive.step()
    assert [one.state for one in floor.wire.of(OutputMessage)] == ["off"] * 3
    floor.open.append({**ALARM, "raised_at": clock.now().isoformat()})
    await drive.step()
    topic, message = floor.wire.sent[-1]
    assert topic == "cctv/v1/site/plant/output/relay"
    assert isinstance(message, OutputMessage)
    assert (message.state, message.alarm, message.severity) == ("on", ALARM["id"], "critical")
    await drive.switched("cctv/v1/site/plant/output/siren/set", b"OFF")
    await drive.switched("cctv/v1/site/plant/output/siren/set", b"garbage")
    await drive.step()
    assert [(one.output, one.state) for one in floor.wire.of(OutputMessage)[6:]] == [("siren", "off")]
    floor.connection += 1
    await drive.step()
    assert len(floor.wire.of(OutputMessage)) == 10


async def test_home_assistant_is_told_nothing_over_a_way_that_is_shut() -> None:
    floor, gate = Floor(), Gate("", kind="home_assistant")
    drive = driving(floor, HandClock(), gate)
    await drive.step()
    assert floor.kept == {}
    assert len(floor.wire.of(OutputMessage)) == 3, "what is on the floor is driven all the same"
    gate.closed.clear()
    await drive.step()
    assert floor.kept


async def test_home_assistants_documents_fit_its_schema() -> None:
    floor = Floor()
    lawn, bed = [rule(name=name, zone=((0, 0), (1, 0), (1, 1)), zone_name=name) for name in ("lawn", "꽃밭/+#")]
    floor.rules = (lawn, replace(bed, camera=CameraId("n1.yard")), rule(name="everywhere"), replace(bed, enabled=False))
    await driving(floor, HandClock()).step()
    assert set(floor.kept) == {
        "homeassistant/device/cctv-n1/config",
        "homeassistant/device/cctv-site-plant/config",
    }
    for document in floor.kept.values():
        assert faults(document) == []
    entities = [one for document in floor.kept.values() for one in document["components"].values()]
    assert {one["platform"] for one in entities} == set(PLATFORMS)
    assert len({one["unique_id"] for one in entities}) == len(entities)
    counted = {one["state_topic"] for one in entities if one["platform"] == "sensor"}
    place = "cctv/v1/site/plant/camera"
    assert counted == {f"{place}/n1.yard/zone/lawn", f"{place}/n1.hall/zone/lawn", f"{place}/n1.yard/zone/꽃밭___"}


async def test_every_topic_that_is_named_is_one_of_ours() -> None:
    floor = Floor()
    floor.rules = (rule(zone=((0, 0), (1, 0), (1, 1)), zone_name="lawn"),)
    await driving(floor, HandClock()).step()
    entities = [one for document in floor.kept.values() for one in document["components"].values()]
    heard = {one["state_topic"] for one in entities} | {
        place["topic"] for one in entities for place in one.get("availability", ())
    }
    known = account_acl("home.ha")
    assert known is not None
    for topic in heard:
        assert any(channel.match(topic) is not None for channel in CHANNELS), topic
        assert any(re.fullmatch(allowed.replace("+", "[^/]+"), topic) for allowed in known["read"]), topic
    written = {one["command_topic"] for one in entities if "command_topic" in one}
    assert written == {f"cctv/v1/site/plant/output/{kind}/set" for kind in ("siren", "light", "relay")}


async def test_a_document_with_a_fault_does_not_fit() -> None:
    floor = Floor()
    await driving(floor, HandClock()).step()
    good = floor.kept["homeassistant/device/cctv-n1/config"]
    online = good["components"]["online"]
    for bad in (
        {**good, "components": {}},
        {**good, "origin": {}},
        {**good, "retain": True},
        {**good, "device": {"name": "no identity"}},
        {**good, "components": {"online": {**online, "state_topics": "x"}}},
        {**good, "components": {"online": {**online, "platform": "telephone"}}},
        {**good, "components": {"on/line": online}},
    ):
        assert faults(bad) != [], bad


async def test_what_there_is_to_announce_is_looked_up_now_and_then() -> None:
    floor, clock = Floor(), HandClock()
    drive = driving(floor, clock)
    await drive.step()
    floor.rules = (rule(zone=((0, 0), (1, 0), (1, 1)), zone_name="lawn"),)
    await drive.step()
    assert "lawn" not in json.dumps(floor.kept)
    clock.at_ms += 5_000
    await drive.step()
    assert "lawn" in json.dumps(floor.kept)


SIREN_SET = "cctv/v1/site/plant/output/siren/set"


async def test_a_siren_that_was_silenced_stays_silent_after_a_restart() -> None:
    floor, clock = Floor(), HandClock()
    floor.open.append({**ALARM, "raised_at": clock.now().isoformat()})
    drive = driving(floor, clock)
    await drive.step()
    clock.at_ms += 1
    await drive.switched(SIREN_SET, b"OFF")
    await drive.step()
    assert floor.by_hand == {"siren": Hand(False, clock.unix_ms())}
    floor.wire.sent.clear()
    after = driving(floor, clock)
    await after.step()
    states = {one.output: one.state for one in floor.wire.of(OutputMessage)}
    assert states == {"siren": "off", "light": "on", "relay": "on"}
    clock.at_ms += 1
    floor.open.append({**ALARM, "id": uuid7(), "number": 8, "raised_at": clock.now().isoformat()})
    await after.step()
    assert [one.state for one in floor.wire.of(OutputMessage) if one.output == "siren"] == ["off", "on"]


async def test_a_hand_counts_before_it_is_on_record_and_comes_on_record() -> None:
    floor, clock = Floor(by_hand={"siren": Hand(True, 0)}, away=True), HandClock()
    drive = driving(floor, clock)
    floor.open.append({**ALARM, "raised_at": clock.now().isoformat()})
    await drive.switched(SIREN_SET, b"OFF")
    with pytest.raises(Transient):
        await drive.step()
    assert {one.output: one.state for one in floor.wire.of(OutputMessage)}["siren"] == "off"
    floor.away = False
    await drive.step()
    assert floor.by_hand == {"siren": Hand(False, clock.unix_ms())}
