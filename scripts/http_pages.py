"""The HTTP interface as pages for people, from docs/reference/openapi.json."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.shape_words import cell, code, shape, shapes

OPENAPI = Path(__file__).resolve().parent.parent / "docs" / "reference" / "openapi.json"
HEAD = """# HTTP

Generated from [openapi.json](openapi.json), which machines read. Addresses begin with the site's own; a program asks
with an API key (`Authorization: Bearer …`), the dashboard with its session. Who may ask stands beside each. Errors have
one shape, with a `code` of [these texts](texts.md). What is sent and answered: [shapes](http-shapes.md).

"""


def _body(operation: Mapping[str, Any]) -> list[str]:
    body = operation.get("requestBody", {}).get("content", {})
    lines = []
    for kind, content in body.items():
        lines += [f"It takes {shape(content.get('schema', {}), 'http-shapes.md#')} (`{kind}`).", ""]
        if (example := content.get("example")) is not None:
            lines += ["```json", json.dumps(example, indent=2, ensure_ascii=False), "```", ""]
    return lines


def _answers(operation: Mapping[str, Any]) -> list[str]:
    lines = []
    for status, answer in operation["responses"].items():
        if not status.startswith("2"):
            continue
        told = [
            f"{shape(content['schema'], 'http-shapes.md#')} (`{kind}`)" if content.get("schema") else f"`{kind}`"
            for kind, content in answer.get("content", {}).items()
        ]
        lines.append(f"Answer {status}: {' or '.join(told) or 'nothing more'}.")
    return [*lines, ""]


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> list[str]:
    who = operation.get("x-role")
    lines = [f"### {method.upper()} {path}", "", f"{operation['summary']}. {f'For: {who}.' if who else ''}".strip(), ""]
    if words := operation.get("description"):
        lines += [str(words), ""]
    if asked := operation.get("parameters", []):
        lines += ["| parameter | in | value | required |", "|---|---|---|---|"]
        for one in asked:
            schema = one.get("schema", {})
            otherwise = f"; otherwise {code(schema['default'])}" if schema.get("default") is not None else ""
            value = f"{shape(schema, 'http-shapes.md#')}{otherwise}"
            lines.append(f"| `{cell(one['name'])}` | {one['in']} | {value} | {'yes' if one.get('required') else ''} |")
        lines.append("")
    return lines + _body(operation) + _answers(operation)


def http_pages() -> dict[str, str]:
    """Path under docs -> page: one for each group of addresses, one for all shapes, one that leads to them."""
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    groups: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault((operation.get("tags") or ["others"])[0], []).append((method, path, operation))
    pages = {}
    front = [HEAD, "| group | addresses |", "|---|---|"]
    for group, operations in sorted(groups.items()):
        lines = [f"# HTTP: {group}", ""]
        for method, path, operation in operations:
            lines += _operation(method, path, operation)
        pages[f"reference/http-{group}.md"] = "\n".join(lines) + "\n"
        front.append(f"| [{group}](http-{group}.md) | {len(operations)} |")
    pages["reference/http.md"] = "\n".join(front) + "\n"
    pages["reference/http-shapes.md"] = "# HTTP: shapes\n\n" + shapes(document["components"]["schemas"]) + "\n"
    return pages
