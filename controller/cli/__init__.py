"""The commands of `cctv`. How they end: `shared.exits`."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, ParamSpec, TypeVar

import typer

from shared.completion import first_word, prepare
from shared.errors import CctvError, Rejected, Transient
from shared.exits import BAD_INPUT, FAILED
from shared.terminal import ends_at_once, write_any_text

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)


AsJson = Annotated[bool, typer.Option("--json", help="All of it, for programs.")]


def print_json(document: object) -> None:
    """For programs: times and paths as text."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n")


def warn(told: Iterable[str]) -> None:
    """Say on standard error what does not end the command."""
    sys.stderr.writelines(f"cctv: warning: {text}\n" for text in told)


P = ParamSpec("P")
R = TypeVar("R")


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Say an error of ours in one line and exit: `Rejected` 2, `Transient` and the rest 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Rejected as fault:
            sys.stderr.write(f"cctv: {fault}\n")
            raise typer.Exit(BAD_INPUT) from None
        except Transient as fault:
            sys.stderr.write(f"cctv: {fault} (try again)\n")
            raise typer.Exit(FAILED) from None
        except CctvError as fault:
            sys.stderr.write(f"cctv: {fault}\n")
            raise typer.Exit(FAILED) from None

    return run


def _show_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(version("sht-cctv") + "\n")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Distributed CCTV and work safety: the controller and its parts."""


_MODULES = (
    "up", "demo", "serve", "node", "footage", "rule", "rule_trial", "alarm", "maintenance", "notify", "broker", "user",
    "migrate", "verify", "model", "model_use", "queue", "export", "hold", "search", "layout", "report", "proof",
    "storage", "deletion", "node_log", "node_call", "search_motion", "export_target", "retention", "archive", "status",
    "audit", "evidence", "node_admission", "broker_config", "key", "privacy", "backup", "move", "fsck", "prepare",
    "completion", "size", "import_config", "node_show", "node_update", "release", "doctor", "backup_places", "feature",
    "retention_moves",
)  # fmt: skip
_HOMES_OF = {
    "worker": ("serve",), "rule": ("rule", "rule_trial"), "footage": ("footage", "deletion"),
    "node": ("node", "node_log", "node_call", "node_admission", "node_show", "node_update"),
    "search": ("search", "search_motion"), "retention": ("retention", "retention_moves"),
    "broker": ("broker", "broker_config"), "model": ("model", "model_use"), "export-destination": ("export_target",),
    "import": ("import_config",), "backup": ("backup", "backup_places"),
}  # fmt: skip


COMMANDS = (
    "alarm", "archive", "audit", "backup", "broker", "completion", "demo", "doctor", "evidence", "export",
    "export-destination", "feature", "footage", "fsck", "hold", "import", "key", "layout", "maintenance", "migrate",
    "model", "move", "node", "notify", "prepare", "privacy", "proof", "queue", "release", "report", "retention", "rule",
    "search", "serve", "size", "status", "storage", "up", "user", "verify", "worker",
)  # fmt: skip
"""What a shell is offered as the first word."""


def _register(asked: str) -> None:
    """Import the module of the command that was asked for (each adds its commands to `app`), else all of them.

    Databases, codecs and an inference runtime cost seconds that `cctv node list` need not wait for.
    """
    if asked == "--version":
        return
    with ends_at_once():
        for name in _HOMES_OF.get(asked, (asked,) if asked in _MODULES else _MODULES):
            import_module(f"controller.cli.{name}")


def _nothing() -> None:
    """A command's name for a shell that completes it; the command itself is not loaded for that."""


def _begin(environment: Mapping[str, str]) -> None:
    write_any_text()
    if not prepare("cctv", environment):
        _register(sys.argv[1] if len(sys.argv) > 1 else "")
    elif (word := first_word(environment)) is not None:
        _register(word)
    else:
        for name in COMMANDS:
            app.command(name)(_nothing)


_begin(os.environ)  # noqa: TID251 - a shell asks by its variables
