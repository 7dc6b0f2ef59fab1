"""Writes docs/reference from the code, for machines and for people. `--check` compares only."""

import argparse
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from controller.core.rule_schema import rule_schema
from scripts.commands_page import commands_page
from scripts.metrics_page import metrics_page
from scripts.openapi import openapi
from scripts.settings_page import settings_page
from shared.english import ENGLISH
from shared.topics import CHANNELS, PREFIX, Channel

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
LEVELS = {
    "node": "The node's name.",
    "camera": "The camera's id, `node.camera`.",
    "id": "The id inside the payload that the topic speaks of.",
    "site": "The site's name.",
    "which": "Which bell rings.",
    "output": "The output's name.",
    "zone": "The zone's name, with `_` for `/`, `+` and `#`.",
}


def channel_of(channel: Channel[Any], message: str) -> dict[str, Any]:
    """One channel as AsyncAPI 3 describes it."""
    levels = re.findall(r"{(\w+)}", channel.template)
    described: dict[str, Any] = {
        "address": f"{PREFIX}/{channel.template}",
        "messages": {channel.name: {"$ref": f"#/components/messages/{message}"}},
    }
    if channel.public:
        described["tags"] = [{"name": "third-party", "description": "Read by an account of a third party's own."}]
    if levels:
        described["parameters"] = {level: {"description": LEVELS[level]} for level in levels}
    return described


def without_discriminators(schema: Any) -> Any:
    """The same JSON Schema without OpenAPI's discriminator objects, which AsyncAPI does not know."""
    if isinstance(schema, dict):
        return {key: without_discriminators(value) for key, value in schema.items() if key != "discriminator"}
    return [without_discriminators(part) for part in schema] if isinstance(schema, list) else schema


def version() -> str:
    """The version of this project."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def asyncapi() -> dict[str, Any]:
    """The whole MQTT contract as one AsyncAPI document, seen from the controller."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for channel in CHANNELS:
        made = channel.payload.json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
        schema = without_discriminators(made)
        schemas |= schema.pop("$defs", {})
        name = channel.name.replace("-", "_")
        schemas[f"{name}_payload"] = schema
        messages[name] = {
            "contentType": "application/json",
            "payload": {"$ref": f"#/components/schemas/{name}_payload"},
        }
        channels[name] = channel_of(channel, name)
        action = "send" if channel.writer == "controller" else "receive"
        operations[f"{action}_{name}"] = {
            "action": action,
            "channel": {"$ref": f"#/channels/{name}"},
            "bindings": {"mqtt": {"qos": channel.qos, "retain": channel.retain, "bindingVersion": "0.2.0"}},
        }
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "SHT-CCTV on MQTT",
            "version": version(),
            "description": "Seen from the controller: it sends what is marked send and receives what nodes write.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items()))},
    }


def topics_page() -> str:
    """The channels as a table for people."""
    rows = [
        f"| `{PREFIX}/{channel.template}` | {channel.writer} | {channel.qos} | {'yes' if channel.retain else ''} |"
        for channel in CHANNELS
    ]
    head = "# Topics\n\nGenerated from `shared/topics.py`; the payloads are in [asyncapi.json](asyncapi.json).\n\n"
    return head + "| topic | written by | QoS | retained |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def pages() -> dict[str, str]:
    """File name under docs/reference -> what must stand in it."""
    return {
        "asyncapi.json": json.dumps(asyncapi(), indent=2, ensure_ascii=False) + "\n",
        "commands.md": commands_page(),
        "metrics.md": metrics_page(),
        "openapi.json": json.dumps(openapi(version()), indent=2, ensure_ascii=False) + "\n",
        "rules.schema.json": json.dumps(rule_schema(), indent=2, ensure_ascii=False) + "\n",
        "settings.md": settings_page(),
        "texts.json": json.dumps(ENGLISH, indent=2) + "\n",
        "topics.md": topics_page(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a page is not what the code says")
    check = parser.parse_args().check
    stale = []
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = REFERENCE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(f"docs/reference/{name}")
            if not check:
                path.write_text(text, encoding="utf-8")
    if stale and check:
        sys.exit(f"Not what the code says: {', '.join(stale)}. Run `make reference` and commit.")


if __name__ == "__main__":
    main()
