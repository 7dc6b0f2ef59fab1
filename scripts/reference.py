"""Writes docs/reference from the code: AsyncAPI of the MQTT contract; `--check` tells what is out of date."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from shared import topics

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0: one channel per topic, one operation per writer, every payload as JSON Schema."""
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "SHT-CCTV over MQTT",
            "version": "1",
            "description": "MQTT 3.1.1. A PUBACK is no durability: facts are acknowledged by the controller after commit.",
        },
        "defaultContentType": "application/json",
        "channels": {},
        "operations": {},
        "components": {"schemas": {}},
    }
    for channel in topics.CHANNELS:
        schema = channel.payload.json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
        document["components"]["schemas"] |= schema.pop("$defs", {})
        levels = re.findall(r"{(\w+)}", channel.template)
        document["channels"][channel.name] = {
            "address": f"{topics.PREFIX}/{channel.template}",
            "parameters": {level: {"description": f"one topic level: {level}"} for level in levels},
            "messages": {channel.name: {"payload": schema}},
            "bindings": {"mqtt": {"bindingVersion": "0.2.0"}},
        }
        document["operations"][f"{channel.writer}-{channel.name}"] = {
            "action": "send",
            "summary": f"the {channel.writer} publishes, QoS {channel.qos}{', retained' if channel.retain else ''}",
            "channel": {"$ref": f"#/channels/{channel.name}"},
            "bindings": {"mqtt": {"qos": channel.qos, "retain": channel.retain, "bindingVersion": "0.2.0"}},
        }
    return document


PAGES = {"asyncapi.json": asyncapi}


def main() -> int:
    """Write the pages, or compare them: exit code 1 names those that are out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    REFERENCE.mkdir(parents=True, exist_ok=True)
    stale = []
    for name, make in PAGES.items():
        text = json.dumps(make(), indent=1, sort_keys=True) + "\n"
        file = REFERENCE / name
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        if check:
            stale.append(name)
        else:
            file.write_text(text, encoding="utf-8")
    for name in stale:
        sys.stderr.write(f"docs/reference/{name} is out of date: run `python -m scripts.reference`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
