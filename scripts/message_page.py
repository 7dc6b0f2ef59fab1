"""The MQTT messages and the texts of errors and alarms as pages for people, from docs/reference."""

import json
from pathlib import Path

from controller.core.korean import KOREAN
from scripts.shape_words import cell, properties, shape, shapes

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"


def message_page() -> str:
    """Every channel with what it carries."""
    document = json.loads((REFERENCE / "asyncapi.json").read_text(encoding="utf-8"))
    carried = document["components"]["schemas"]
    ways = {each["channel"]["$ref"].rpartition("/")[2]: each for each in document["operations"].values()}
    lines = ["# MQTT messages", "", "Generated from [asyncapi.json](asyncapi.json), which machines read.", ""]
    for name, channel in document["channels"].items():
        bindings = ways[name]["bindings"]["mqtt"]
        writer = "The controller sends it" if ways[name]["action"] == "send" else "Nodes and others send it"
        kept = ", retained" if bindings["retain"] else ""
        lines += [f"## {name}", "", f"`{channel['address']}`", "", f"{writer}, QoS {bindings['qos']}{kept}.", ""]
        schema = carried[f"{name}_payload"]
        if words := schema.get("description"):
            lines += [cell(words), ""]
        rows = properties(schema)
        lines += ["| key | value | required | |", "|---|---|---|---|", *rows, ""] if rows else [shape(schema), ""]
    parts = {name: schema for name, schema in carried.items() if not name.endswith("_payload")}
    return "\n".join(lines) + "\n## Parts\n\n" + shapes(parts) + "\n"


def texts_page() -> str:
    """Every code with its English, and its Korean where messages to people tell it."""
    english = json.loads((REFERENCE / "texts.json").read_text(encoding="utf-8"))
    korean = {str(name): text for name, text in KOREAN.items()}
    rows = [
        f'| <span id="{name}"></span>`{name}` | {cell(text)} | {cell(korean.get(name, ""))} |'
        for name, text in english.items()
    ]
    return "\n".join([
        "# Texts",
        "",
        "What errors and alarms say, by their codes: generated from [texts.json](texts.json).",
            "The dashboard has all of them in Korean, too.",
        "",
        "| code | English | 한국어 |",
        "|---|---|---|",
        *rows,
        "",
    ])  # fmt: skip
