"""The settings of controller and node as one page, from the pydantic models that check them."""

import json
from typing import Any

from pydantic import BaseModel

from controller.settings import Settings as ControllerSettings
from edge_agent.settings import Settings as NodeSettings

_BOUNDS = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "exclusiveMinimum": "> {}",
    "exclusiveMaximum": "< {}",
    "minLength": "{} or more characters",
    "maxLength": "up to {} characters",
    "minItems": "{} or more",
    "maxItems": "up to {}",
    "maxProperties": "up to {}",
    "pattern": "`{}`",
}
_FORMATS = {"path": "path", "password": "secret text"}
_HEAD = """# Settings

Generated from `controller/settings.py`, `edge_agent/settings.py` and what these take from beside them. Both files are
TOML. An unknown key is refused by name, and so is a value out of bounds. Relative paths count from the file's own
folder. No setting is read from the environment: `CCTV_DATA` (else `XDG_DATA_HOME`) only says where the data directory
is when the command line does not.
"""


def settings_page() -> str:
    """The whole page."""
    parts = [
        _HEAD,
        _file("The controller: `cctv.toml`", ControllerSettings),
        _file("A node: the file that `cctv node add` writes", NodeSettings),
    ]
    return "\n".join(parts)


def _file(title: str, model: type[BaseModel]) -> str:
    schema = model.model_json_schema()
    return f"## {title}\n\n{schema['description']}\n" + _table(schema, schema["$defs"], "")


def _table(schema: dict[str, Any], known: dict[str, Any], place: str) -> str:
    """One table, and then those of the tables inside."""
    rows: list[str] = []
    inner: list[str] = []
    for name, described in schema["properties"].items():
        section, many = _section(described, known)
        if section is None:
            rows.append(_row(name, described, needed=name in schema.get("required", ())))
            continue
        path = f"{place}{name}"
        head = f"[[{path}]]" if many else f"[{path}]"
        needed = " Required." if name in schema.get("required", ()) else ""
        told = f" ({_bounds(described)})" if many else ""
        meaning = " ".join(text for text in (described.get("description"), section["description"]) if text)
        inner.append(f"\n### `{head}`\n\n{meaning}{needed}{told}\n{_table(section, known, f'{path}.')}")
    head = "\n| key | type | default | bounds | meaning |\n|---|---|---|---|---|\n"
    return head + "".join(rows) + "".join(inner)


def _section(described: dict[str, Any], known: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    many = "$ref" in described.get("items", {})
    ways = [described, *described.get("anyOf", [])]  # a table that may be left out is one of two
    reference = described["items"]["$ref"] if many else next((one["$ref"] for one in ways if "$ref" in one), None)
    return (None, many) if reference is None else (known[reference.rpartition("/")[2]], many)


def _row(name: str, described: dict[str, Any], *, needed: bool) -> str:
    choices = described.get("anyOf", [described])
    value = next(one for one in choices if one.get("type") != "null")
    default = described.get("default")
    shown = "required" if needed else "" if default is None else f"`{json.dumps(default)}`"
    cells = (f"`{name}`", _type(value), shown, _bounds(value), described["description"])
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _type(value: dict[str, Any]) -> str:
    if "enum" in value or "const" in value:
        return "one of " + ", ".join(f"`{json.dumps(choice)}`" for choice in value.get("enum", [value.get("const")]))
    if value["type"] == "array":
        return f"list of {_type(value['items'])}" if "items" in value else "[x, y]"
    if value["type"] == "object":
        return f"table of {_type(value['additionalProperties'])}"
    plain = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}
    return _FORMATS.get(value.get("format", ""), plain[value["type"]])


def _bounds(value: dict[str, Any]) -> str:
    return ", ".join(words.format(value[key]) for key, words in _BOUNDS.items() if key in value)
