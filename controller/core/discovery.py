"""What Home Assistant is told of nodes, cameras and outputs: one discovery document for each device. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from controller.core.outputs import Output

_ORIGIN = {"name": "SHT-CCTV"}
_ON = "{{ 'ON' if value_json.state == 'on' else 'OFF' }}"


def node_document(prefix: str, node: str, cameras: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A node with its cameras: whether it is connected, and whether each camera is live and sees motion."""
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
    return _document(f"cctv-{node}", f"CCTV node {node}", components)


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
