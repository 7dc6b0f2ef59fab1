"""The commands of `cctv`. Exit codes: 0 done, 1 failed, 2 bad input (says what to do), 3 not in time."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from shared.errors import CctvError, Rejected, Transient

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)

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
            raise typer.Exit(2) from None
        except Transient as fault:
            sys.stderr.write(f"cctv: {fault} (try again)\n")
            raise typer.Exit(1) from None
        except CctvError as fault:
            sys.stderr.write(f"cctv: {fault}\n")
            raise typer.Exit(1) from None

    return run


def _register() -> None:
    """Import the command modules: each adds its commands to `app`."""
    from importlib import import_module

    for name in ("up", "demo", "serve", "node", "rule", "user", "migrate", "verify"):
        import_module(f"controller.cli.{name}")


_register()
