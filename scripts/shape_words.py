"""JSON Schema in words, for the pages that people read."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
# Key of a schema -> how its bound is written.
BOUNDS = {
    "minimum": "≥ {}", "maximum": "≤ {}", "exclusiveMinimum": "> {}", "exclusiveMaximum": "< {}",
    "minLength": "at least {} characters", "maxLength": "at most {} characters",
    "minItems": "at least {}", "maxItems": "at most {}",
}  # fmt: skip


def cell(text: str) -> str:
    """Text that stands in one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def code(value: object) -> str:
    """A value as it is written in JSON, in a cell."""
    words = {True: "true", False: "false", None: "null"}
    shown = words[value] if value is None or isinstance(value, bool) else str(value)
    return f"`{cell(shown)}`" if shown else "empty"


def shape(schema: Schema, link: str = "#") -> str:
    """What a value is: its type, what it may be, where its own shape stands."""
    if ref := schema.get("$ref"):
        name = str(ref).rpartition("/")[2]
        return f"[{name}]({link}{name.lower()})"
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(shape(one, link) for one in schema[key]))
    if "const" in schema:
        return code(schema["const"])
    if "enum" in schema:
        return ", ".join(code(one) for one in schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array":
        words = f"list of {shape(schema.get('items', {}), link)}"
    elif kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        words = f"table of {shape(schema['additionalProperties'], link)}"
    else:
        words = str(schema.get("format") or kind) if kind == "string" else str(kind)
    bounds = [how.format(f"{schema[key]:g}") for key, how in BOUNDS.items() if key in schema]
    return f"{words} ({', '.join(bounds)})" if bounds else words


def properties(schema: Schema, link: str = "#") -> list[str]:
    """The rows of a table of an object's keys."""
    required = set(schema.get("required", ()))
    rows = []
    for name, one in schema.get("properties", {}).items():
        default = f"; otherwise {code(one['default'])}" if "default" in one else ""
        must = "yes" if name in required else ""
        words = cell(str(one.get("description", "")))
        rows.append(f"| `{name}` | {shape(one, link)}{default} | {must} | {words} |")
    return rows


def shapes(found: Mapping[str, Schema], level: str = "###") -> str:
    """Every named shape under a heading of its own, with the keys that it has."""
    lines = []
    for name, schema in sorted(found.items()):
        lines += [f"{level} {name}", ""]
        if words := schema.get("description"):
            lines += [cell(str(words)), ""]
        if rows := properties(schema):
            lines += ["| key | value | required | |", "|---|---|---|---|", *rows, ""]
        else:
            lines += [shape(schema), ""]
    return "\n".join(lines)
