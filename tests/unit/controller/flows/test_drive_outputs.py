"""Outputs on the wire: told on change, again after a new connection; Home Assistant's documents fit its schema."""

import json
from dataclasses import dataclass, field
from typing import Any

import jsonschema

from controller.core.outputs import Output
from controller.flows.drive_outputs import DriveOutputs
from controller.ports import State
from shared.messages import OutputMessage
from shared.mint import uuid7
from tests.fakes.site import HandClock, Wire

TEXT = {"type": "string", "minLength": 1}
NEEDS: dict[str, list[str]] = {
    "binary_sensor": ["state_topic"], "siren": ["command_topic"], "light": ["command_topic"],
    "switch": ["command_topic"],
}  # fmt: skip
KEYS = {
    "binary_sensor": ["device_class", "value_template", "availability"],
    "siren": [
        "state_value_template",
        "command_template",
        "state_on",
        "state_off",
        "support_duration",
        "support_volume_set",
    ],
    "light": ["state_value_template"],
    "switch": ["value_template"],
}
SWITCHED = ["command_topic", "payload_on", "payload_off", "optimistic"]
DEVICE_DISCOVERY: dict[str, Any] = {
    "type": "object",
    "required": ["device", "origin", "components"],
    "additionalProperties": False,
    "properties": {
        "device": {
            "type": "object",
            "required": ["identifiers"],
            "properties": {"identifiers": {"type": "array", "minItems": 1, "items": TEXT}, "name": TEXT},
        },
        "origin": {"type": "object", "required": ["name"], "properties": {"name": TEXT}},
        "qos": {"enum": [0, 1, 2]},
        "components": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[a-zA-Z0-9_-]+$"},
            "additionalProperties": {
                "oneOf": [
                    {
                        "required": ["platform", "unique_id", *needed],
                        "additionalProperties": False,
                        "properties": {
                            "platform": {"const": platform},
                            "unique_id": TEXT,
                            "name": TEXT,
                            "state_topic": TEXT,
                            **{
                                key: {} for key in (*KEYS[platform], *([] if platform == "binary_sensor" else SWITCHED))
                            },
                        },
                    }
                    for platform, needed in NEEDS.items()
                ]
            },
        },
    },
}
"""What Home Assistant asks of a device's discovery payload and of these platforms, and the keys they know.

From its documentation: home-assistant.io/integrations/mqtt (device discovery payload), binary_sensor.mqtt, siren.mqtt,
light.mqtt (default schema), switch.mqtt.
"""
ALARM: State = {
    "id": uuid7(), "number": 7, "rule": "r1", "rule_name": "lawn", "severity": "critical", "state": "raised",
    "camera": "n1.yard",
}  # fmt: skip


@dataclass
class Floor:
    """What is open, and a wire that keeps documents too."""

    open: list[State] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    connection: int = 1
    wire: Wire = field(default_factory=Wire)

    async def alarms(self, **_: Any) -> State:
        return {"items": self.open}

    async def cameras(self) -> list[State]:
        return [{"id": "n1.yard", "node": "n1", "name": "yard"}]

    async def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        assert (qos, retain) == (1, True)
        self.kept[topic] = json.loads(payload)

    async def send(self, channel: Any, message: Any, **levels: str) -> None:
        await self.wire.send(channel, message, **levels)

    async def ring(self, which: str) -> None: ...

    async def wait(self, which: str, timeout_s: float) -> None: ...


def driving(floor: Floor, clock: HandClock) -> DriveOutputs:
    outputs = [Output(kind, kind, "high") for kind in ("siren", "light", "relay")]
    return DriveOutputs(floor, floor, floor, clock, "plant", outputs, True, lambda: floor.connection)


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


async def test_home_assistants_documents_fit_its_schema() -> None:
    floor = Floor()
    await driving(floor, HandClock()).step()
    assert set(floor.kept) == {
        "homeassistant/device/cctv-n1/config",
        "homeassistant/device/cctv-site-plant/config",
    }
    checks = jsonschema.Draft202012Validator(DEVICE_DISCOVERY)
    for document in floor.kept.values():
        assert list(checks.iter_errors(document)) == []
    platforms = {one["platform"] for document in floor.kept.values() for one in document["components"].values()}
    assert platforms == set(NEEDS)
    names = [one["unique_id"] for document in floor.kept.values() for one in document["components"].values()]
    assert len(set(names)) == len(names)
    assert list(checks.iter_errors({**floor.kept["homeassistant/device/cctv-n1/config"], "components": {}})) != []
