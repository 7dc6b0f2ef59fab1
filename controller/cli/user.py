"""`cctv user`: who may log in."""

import asyncio
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.app.people import (
    add_person,
    end_sessions,
    give_all,
    give_rights,
    give_role,
    list_people,
    list_sessions,
    new_code,
    reset_factor,
    show_person,
    switch_person,
    take_rights,
    unlock,
)
from controller.app.site import open_site
from controller.cli import AsJson, app, print_json, told
from controller.core.grants import RIGHTS
from controller.ports import State
from controller.settings import default_data_dir

user = typer.Typer(no_args_is_help=True, help="Who may log in.")
app.add_typer(user, name="user")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]
Cameras = Annotated[
    list[str] | None, typer.Option("--camera", help="node.camera, or a node for all of its cameras; several.")
]
Rights = Annotated[
    list[str] | None, typer.Option("--right", help=f"{', '.join(RIGHTS)}; several. Without: what their role has.")
]


def _config(data: Path | None) -> Path:
    return (data or default_data_dir(os.environ)) / "cctv.toml"  # noqa: TID251 - the command line reads it


@user.command("add")
@told
def add(
    name: Annotated[str, typer.Argument(help="The login name: a-z, 0-9 and '-'.")],
    role: Annotated[str, typer.Option("--role", help="viewer, operator or admin.")] = "viewer",
    cameras: Cameras = None,
    rights: Rights = None,
    data: Data = None,
) -> None:
    """Add a user and print a one-time code: they choose their own password with it.

    With --camera they are kept to these cameras; without, they may do with every camera what the role may.
    """
    if rights and not cameras:
        raise typer.BadParameter("a right is given to cameras: name them with --camera", param_hint="--right")
    site, who = open_site(_config(data)), getpass.getuser()
    code = asyncio.run(add_person(site, name, role, who, cameras or [], rights or None))
    sys.stdout.write(f"{name} ({role}): one-time code {code}\n")


@user.command("passwd")
@told
def passwd(name: Annotated[str, typer.Argument(help="The login name.")], data: Data = None) -> None:
    """Print a one-time code for someone who forgot their password: it, codes given before and their sessions end."""
    code = asyncio.run(new_code(open_site(_config(data)), name, getpass.getuser()))
    sys.stdout.write(f"{name}: one-time code {code}\n")


@user.command("disable")
@told
def disable(name: Annotated[str, typer.Argument(help="The login name.")], data: Data = None) -> None:
    """Shut someone out: no request is answered any more, and what they watch ends within seconds."""
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
    """Give someone another role; their sessions end.

    Who administers no more sees what they had been given by camera before, else no camera until some are granted.
    """
    asyncio.run(give_role(open_site(_config(data)), name, role, getpass.getuser()))
    sys.stdout.write(f"{name}: {role}\n")


def lines_of(person: State) -> str:
    """Somebody as lines: who they are, then what they may do with which cameras."""
    note = "" if person["enabled"] else ", shut out"
    found = [f"{person['name']} ({person['role']}{note})"]
    if person["provider"]:
        found.append(f"  logs in by {person['provider']}: password, second factor and role come from there")
    if person["cameras"] is None:
        found.append(f"  every camera: {', '.join(person['rights'])}")
    for target, rights in (person["cameras"] or {}).items():
        found.append(f"  {target}: {', '.join(rights)}")
    if person["cameras"] == {}:
        found.append("  no camera")
    return "\n".join(found) + "\n"


def _tell(person: State, *, as_json: bool) -> None:
    sys.stdout.write(json.dumps(person, indent=2, ensure_ascii=False) + "\n" if as_json else lines_of(person))


@user.command("show")
@told
def show(
    name: Annotated[str, typer.Argument(help="The login name.")], as_json: AsJson = False, data: Data = None
) -> None:
    """Show someone's role, and what they may do with which cameras."""
    _tell(asyncio.run(show_person(open_site(_config(data)), name)), as_json=as_json)


@user.command("grant")
@told
def grant(
    name: Annotated[str, typer.Argument(help="The login name.")],
    cameras: Cameras = None,
    rights: Rights = None,
    every: Annotated[bool, typer.Option("--every-camera", help="What the role may, with every camera.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Keep someone to cameras that are given: from the first on, no other camera exists for them."""
    site, who = open_site(_config(data)), getpass.getuser()
    if every == bool(cameras):
        raise typer.BadParameter("either cameras, or every camera", param_hint="--camera / --every-camera")
    if every:
        person = asyncio.run(give_all(site, name, who))
    else:
        person = asyncio.run(give_rights(site, name, cameras or [], rights or None, who))
    _tell(person, as_json=as_json)


@user.command("revoke")
@told
def revoke(
    name: Annotated[str, typer.Argument(help="The login name.")],
    cameras: Annotated[list[str], typer.Option("--camera", help="What was given: a camera or a node; several.")],
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Take cameras from someone who was given them; who is left with none sees none."""
    person = asyncio.run(take_rights(open_site(_config(data)), name, cameras, getpass.getuser()))
    _tell(person, as_json=as_json)


@user.command("sessions")
@told
def sessions(
    name: Annotated[str, typer.Argument(help="The login name.")], as_json: AsJson = False, data: Data = None
) -> None:
    """Show where somebody is logged in."""
    found = asyncio.run(list_sessions(open_site(_config(data)), name))
    if as_json:
        print_json(found)
        return
    for one in found:
        sys.stdout.write(f"{one['address']:24} since {one['created_at']}  used {one['seen_at']}  {one['agent'][:60]}\n")
    if not found:
        sys.stdout.write(f"{name}: not logged in anywhere\n")


@user.command("log-out")
@told
def log_out(name: Annotated[str, typer.Argument(help="The login name.")], data: Data = None) -> None:
    """End somebody's sessions everywhere; they may log in again."""
    ended = asyncio.run(end_sessions(open_site(_config(data)), name, getpass.getuser()))
    sys.stdout.write(f"{name}: {ended} sessions ended\n")


@user.command("unlock")
@told
def unlock_command(who: Annotated[str, typer.Argument(help="A login name, or an address.")], data: Data = None) -> None:
    """Let somebody who guessed wrong too often try again at once."""
    done = asyncio.run(unlock(open_site(_config(data)), who, getpass.getuser()))
    sys.stdout.write(f"{who}: may try again\n" if done else f"{who}: did not have to wait\n")


@user.command("reset-factor")
@told
def reset_factor_command(name: Annotated[str, typer.Argument(help="The login name.")], data: Data = None) -> None:
    """Take the authenticator from somebody who has lost it: they log in by password, and their sessions end."""
    asyncio.run(reset_factor(open_site(_config(data)), name, getpass.getuser()))
    sys.stdout.write(f"{name}: no second factor any more\n")


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
