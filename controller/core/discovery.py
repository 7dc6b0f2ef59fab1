"""What Home Assistant is told of nodes, cameras, zones and outputs: one discovery document for each device. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from controller.core.outputs import Output
from controller.core.zone_counts import topic_level

_ORIGIN = {"name": "SHT-CCTV"}
_ON = "{{ 'ON' if value_json.state == 'on' else 'OFF' }}"
_COUNTED_S = 30
"""Counts are told every ten seconds while the camera is judged: older ones say nothing."""


def node_document(
    prefix: str,
    site: str,
    node: str,
    cameras: Sequence[Mapping[str, Any]],
    zones: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """A node with its cameras: whether it is connected; of each camera motion, alarms, and how much is in its zones."""
    status = f"{prefix}/node/{node}/status"
    components: dict[str, Any] = {
        "online": {
            "platform": "binary_sensor",
            "unique_id": f"cctv-{node}-online",
            "name": "Connection",
            "device_class": "connectivity",
            "state_topic": status,
            "value_template": "{{ 'ON' if value_json.state == 'online' else 'OFF' }}",
        }
    }
    for camera in cameras:
        identity, name = str(camera["id"]), str(camera["name"])
        word = identity.replace(".", "_")
        components[f"{word}_motion"] = {
            "platform": "binary_sensor",
            "unique_id": f"cctv-{word}-motion",
            "name": f"{name} motion",
            "device_class": "motion",
            "state_topic": f"{prefix}/node/{node}/camera/{identity}/motion",
            "value_template": "{{ 'ON' if value_json.motion else 'OFF' }}",
            "availability": [{"topic": status, "value_template": "{{ value_json.state }}"}],
        }
        told = f"{prefix}/site/{site}/camera/{identity}"
        components[f"{word}_alarm"] = _alarms(prefix, word, name, f"{told}/alarms")
        for level in dict.fromkeys(topic_level(zone) for zone in zones.get(identity, ())):
            mark = hashlib.blake2s(level.encode(), digest_size=4).hexdigest()  # a key has letters of ASCII only
            components[f"{word}_zone_{mark}"] = _zone(word, name, level, mark, f"{told}/zone/{level}")
    return _document(f"cctv-{node}", f"CCTV node {node}", components)


def _alarms(prefix: str, word: str, name: str, topic: str) -> dict[str, Any]:
    """On while an alarm is open at the camera; how many and how grave are its attributes."""
    return {
        "platform": "binary_sensor",
        "unique_id": f"cctv-{word}-alarm",
        "name": f"{name} alarm",
        "device_class": "safety",
        "state_topic": topic,
        "value_template": "{{ 'ON' if value_json.open > 0 else 'OFF' }}",
        "json_attributes_topic": topic,
        "json_attributes_template": (
            "{{ {'open': value_json.open, 'raised': value_json.raised, 'severity': value_json.severity} | tojson }}"
        ),
        "availability": [{"topic": f"{prefix}/controller/status", "value_template": "{{ value_json.state }}"}],
    }


def _zone(word: str, name: str, level: str, mark: str, topic: str) -> dict[str, Any]:
    """How many things are in a zone, by class in its attributes; not available while nobody judges the camera."""
    return {
        "platform": "sensor",
        "unique_id": f"cctv-{word}-zone-{mark}",
        "name": f"{name} {level}",
        "state_class": "measurement",
        "state_topic": topic,
        "value_template": "{{ value_json.counts.values() | sum }}",
        "json_attributes_topic": topic,
        "json_attributes_template": "{{ value_json.counts | tojson }}",
        "expire_after": _COUNTED_S,
    }


def site_document(prefix: str, site: str, outputs: Sequence[Output]) -> dict[str, Any]:
    """The site: its controller and its outputs, which may be switched from there."""
    status = f"{prefix}/controller/status"
    components: dict[str, Any] = {
        "controller": {
            "platform": "binary_sensor",
            "unique_id": f"cctv-{site}-controller",
            "name": "Controller",
            "device_class": "connectivity",
            "state_topic": status,
            "value_template": "{{ 'ON' if value_json.state == 'online' else 'OFF' }}",
        }
    }
    for output in outputs:
        topic = f"{prefix}/site/{site}/output/{output.name}"
        switched = {"siren": "siren", "light": "light", "relay": "switch"}[output.kind]
        template = "value_template" if switched == "switch" else "state_value_template"
        component: dict[str, Any] = {
            "platform": switched,
            "unique_id": f"cctv-{site}-output-{output.name}",
            "name": output.name,
            "state_topic": topic,
            "command_topic": f"{topic}/set",
            template: _ON,
            "payload_on": "ON",
            "payload_off": "OFF",
            "optimistic": False,
        }
        if switched == "siren":
            component |= {"command_template": "{{ value }}", "support_duration": False, "support_volume_set": False}
            component["state_on"], component["state_off"] = "ON", "OFF"
        components[f"output_{output.name}"] = component
    return _document(f"cctv-site-{site}", f"CCTV {site}", components)


def _document(identity: str, name: str, components: dict[str, Any]) -> dict[str, Any]:
    device = {"identifiers": [identity], "name": name, "manufacturer": "SHT-CCTV"}
    return {"device": device, "origin": _ORIGIN, "components": components, "qos": 1}
