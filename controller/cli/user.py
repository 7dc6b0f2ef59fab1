"""`cctv user`: who may log in."""

import asyncio
import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.app.people import add_person, give_role, list_people, new_code, switch_person
from controller.app.site import open_site
from controller.cli import AsJson, app, print_json, told
from controller.settings import default_data_dir

user = typer.Typer(no_args_is_help=True, help="Who may log in.")
app.add_typer(user, name="user")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]


def _config(data: Path | None) -> Path:
    return (data or default_data_dir(os.environ)) / "cctv.toml"  # noqa: TID251 - the command line reads it


@user.command("add")
@told
def add(
    name: Annotated[str, typer.Argument(help="The login name: a-z, 0-9 and '-'.")],
    role: Annotated[str, typer.Option("--role", help="viewer, operator or admin.")] = "viewer",
    data: Data = None,
) -> None:
    """Add a user and print a one-time code: they choose their own password with it."""
    code = asyncio.run(add_person(open_site(_config(data)), name, role, getpass.getuser()))
    sys.stdout.write(f"{name} ({role}): one-time code {code}\n")


@user.command("passwd")
@told
def passwd(name: Annotated[str, typer.Argument(help="The login name.")], data: Data = None) -> None:
    """Print a one-time code for someone who forgot their password; their sessions end when they set a new one."""
    code = asyncio.run(new_code(open_site(_config(data)), name, getpass.getuser()))
    sys.stdout.write(f"{name}: one-time code {code}\n")


@user.command("disable")
@told
def disable(name: Annotated[str, typer.Argument(help="The login name.")], data: Data = None) -> None:
    """Shut someone out: no request is answered any more, and what they watch ends within half a minute."""
    asyncio.run(switch_person(open_site(_config(data)), name, getpass.getuser(), enabled=False))
    sys.stdout.write(f"{name}: disabled\n")


@user.command("enable")
@told
def enable(name: Annotated[str, typer.Argument(help="The login name.")], data: Data = None) -> None:
    """Let someone in again, with the password they had."""
    asyncio.run(switch_person(open_site(_config(data)), name, getpass.getuser(), enabled=True))
    sys.stdout.write(f"{name}: enabled\n")


@user.command("role")
@told
def role_command(
    name: Annotated[str, typer.Argument(help="The login name.")],
    role: Annotated[str, typer.Argument(help="viewer, operator or admin.")],
    data: Data = None,
) -> None:
    """Give someone another role; their sessions end."""
    asyncio.run(give_role(open_site(_config(data)), name, role, getpass.getuser()))
    sys.stdout.write(f"{name}: {role}\n")


@user.command("list")
@told
def list_users(data: Data = None, as_json: AsJson = False) -> None:
    """Show who may log in."""
    people = asyncio.run(list_people(open_site(_config(data))))
    if as_json:
        print_json([dict(zip(("name", "role", "note"), one, strict=True)) for one in people])
        return
    for name, role, note in people:
        sys.stdout.write(f"{name:24} {role:10} {note}\n")
