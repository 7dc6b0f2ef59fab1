"""What Home Assistant takes as a device's discovery document: its own schemas, written down as JSON Schema.

From home-assistant/core, folder homeassistant/components/mqtt: `schemas.py` (DEVICE_DISCOVERY_SCHEMA,
MQTT_ENTITY_COMMON_SCHEMA, MQTT_AVAILABILITY_SCHEMA, device and origin), `config.py` (what is read and written),
`binary_sensor.py`, `sensor.py`, `siren.py`, `switch.py`, `light/schema_basic.py`. Where Home Assistant leaves out keys
that it does not know without a word, they are refused here: a misspelt key would be a setting that does nothing.
The documents were also put through the schemas and the templates of Home Assistant 2025.1.4 itself, by hand: all fit.
"""

from typing import Any

import jsonschema

_TEXT = {"type": "string", "minLength": 1}
_TEMPLATE = {"type": "string", "pattern": r"\{[{%].*[}%]\}"}
_HEARD = {"type": "string", "pattern": "^[^\u0000]+$", "maxLength": 65535}
_WRITTEN = {"type": "string", "pattern": "^[^#+\u0000]+$", "maxLength": 65535}
_FLAG = {"type": "boolean"}
_QOS = {"enum": [0, 1, 2]}
_AVAILABILITY: dict[str, Any] = {
    "availability": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["topic"],
            "additionalProperties": False,
            "properties": {
                "topic": _HEARD, "value_template": _TEMPLATE, "payload_available": _TEXT,
                "payload_not_available": _TEXT,
            },
        },
    },
    "availability_mode": {"enum": ["all", "any", "latest"]},
}  # fmt: skip
_ENTITY: dict[str, Any] = {
    **_AVAILABILITY,
    "unique_id": _TEXT,
    "name": {"type": ["string", "null"]},
    "enabled_by_default": _FLAG,
    "entity_category": {"enum": ["config", "diagnostic"]},
    "icon": {"type": "string", "pattern": "^[a-z]+:"},
    "json_attributes_topic": _HEARD,
    "json_attributes_template": _TEMPLATE,
    "qos": _QOS,
    "encoding": {"type": "string"},
}
_READ = {**_ENTITY, "state_topic": _HEARD, "value_template": _TEMPLATE}
_WRITE = {**_READ, "command_topic": _WRITTEN, "optimistic": _FLAG, "retain": _FLAG}
_PAYLOADS = {"payload_on": _TEXT, "payload_off": _TEXT}
_STATES = {"state_on": _TEXT, "state_off": _TEXT}
_EXPIRES = {"expire_after": {"type": "integer", "minimum": 0}, "force_update": _FLAG}

PLATFORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "binary_sensor": (
        "state_topic",
        {
            **_READ, **_PAYLOADS, **_EXPIRES,
            "device_class": {"enum": ["connectivity", "motion", "problem", "safety", "tamper"]},
            "off_delay": {"type": "integer", "minimum": 0},
        },
    ),
    "sensor": (
        "state_topic",
        {
            **_READ, **_EXPIRES,
            "state_class": {"enum": ["measurement", "total", "total_increasing"]},
            "unit_of_measurement": {"type": ["string", "null"]},
        },
    ),
    "siren": (
        "command_topic",
        {
            **_WRITE, **_PAYLOADS, **_STATES,
            "available_tones": {"type": "array", "items": _TEXT},
            "command_template": _TEMPLATE, "command_off_template": _TEMPLATE, "state_value_template": _TEMPLATE,
            "support_duration": _FLAG, "support_volume_set": _FLAG,
        },
    ),
    "light": (
        "command_topic",
        {**_WRITE, **_PAYLOADS, "schema": {"const": "basic"}, "state_value_template": _TEMPLATE},
    ),
    "switch": ("command_topic", {**_WRITE, **_PAYLOADS, **_STATES}),
}  # fmt: skip
"""Platform -> the topic that it cannot do without, and the keys that it knows (of some only those that we may use)."""

_DEVICE_DISCOVERY: dict[str, Any] = {
    "type": "object",
    "required": ["device", "origin", "components"],
    "additionalProperties": False,
    "properties": {
        **_AVAILABILITY,
        "device": {
            "type": "object",
            "required": ["identifiers"],
            "additionalProperties": False,
            "properties": {
                "identifiers": {"type": "array", "minItems": 1, "items": _TEXT},
                **dict.fromkeys(("name", "manufacturer", "model", "sw_version", "hw_version", "via_device"), _TEXT),
                "configuration_url": {"type": "string", "pattern": "^(https?|homeassistant)://"},
            },
        },
        "origin": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": _TEXT, "sw_version": _TEXT, "support_url": {"type": "string", "pattern": "^https?://"},
            },
        },
        "qos": _QOS,
        "components": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[a-zA-Z0-9_-]+$"},
            "additionalProperties": {
                "oneOf": [
                    {
                        "required": ["platform", "unique_id", needed],
                        "additionalProperties": False,
                        "properties": {"platform": {"const": platform}, **known},
                    }
                    for platform, (needed, known) in PLATFORMS.items()
                ]
            },
        },
    },
}  # fmt: skip
_CHECKS = jsonschema.Draft202012Validator(_DEVICE_DISCOVERY)


def faults(document: object) -> list[str]:
    """What Home Assistant would refuse in a device's discovery document, or leave out without a word."""
    return [f"{error.json_path}: {error.message}" for error in _CHECKS.iter_errors(document)]
