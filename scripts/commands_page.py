"""Every command and option of `cctv` and `cctv-edge` as one page, from the parsers themselves."""

import inspect
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import typer

from controller.cli import app as controller
from edge_agent.cli import app as node
from shared.exits import EXITS

_TYPES = {str: "text", int: "whole number", float: "number", Path: "path", bool: ""}
_HEAD = """# Commands

Generated from `controller/cli` and `edge_agent/cli`; `--help` says the same. `cctv completion bash|zsh|fish` and
`cctv-edge completion …` print what a shell reads to complete them: `source <(cctv completion bash)` in `~/.bashrc`,
`cctv completion fish > ~/.config/fish/completions/cctv.fish`.

## How commands end

| exit code | meaning |
|---|---|
"""


def commands_page() -> str:
    """The whole page."""
    parts = [_HEAD + "".join(f"| {code} | {meaning} |\n" for code, meaning in EXITS.items())]
    for program, app in (("cctv", controller), ("cctv-edge", node)):
        command: Any = typer.main.get_command(app)
        parts.append(f"## {program}\n\n{_text(command.help)}\n")
        parts += [_command(name, one) for name, one in commands_of(program, command)]
    return "\n".join(parts)


def commands_of(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command below `command` that is no group, by what a person types."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, one in inner.items():
        if not one.hidden:
            yield from commands_of(f"{name} {word}", one)


def _command(name: str, command: Any) -> str:
    given = [one for one in command.params if not one.hidden]
    arguments = " ".join(_argument(one) for one in given if not one.opts[0].startswith("-"))
    options = " [OPTIONS]" if any(one.opts[0].startswith("-") for one in given) else ""
    rows = "".join(_row(one) for one in given)
    table = f"\n| | value | default | meaning |\n|---|---|---|---|\n{rows}" if rows else ""
    return f"### `{name}{options}{arguments and ' ' + arguments}`\n\n{_text(command.help)}\n{table}"


def _argument(one: Any) -> str:
    word = one.name.upper()
    return word if one.required else f"[{word}]"


def _row(one: Any) -> str:
    named = one.opts[0].startswith("-")
    word = ", ".join(f"`{text}`" for text in (*one.opts, *one.secondary_opts)) if named else f"`{_argument(one)}`"
    repeated = ", may be repeated" if one.multiple else ""
    default = one.default if one.default not in (None, False, (), []) and not callable(one.default) else None
    shown = "required" if one.required else "" if default is None else f"`{default}`"
    cells = (word, _type(one.type_descriptor.annotation) + _bounds(one) + repeated, shown, one.help or "")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _type(annotation: Any) -> str:
    if get_origin(annotation) in {Union, types.UnionType, list, tuple}:
        return _type(next(part for part in get_args(annotation) if part is not type(None)))
    return "text" if get_origin(annotation) is Literal else _TYPES[annotation]


def _bounds(one: Any) -> str:
    told = [f"{sign} {limit:g}" for sign, limit in (("≥", one.min), ("≤", one.max)) if limit is not None]
    return f", {', '.join(told)}" if told else ""


def _text(help_text: str | None) -> str:
    return inspect.cleandoc(help_text or "")
