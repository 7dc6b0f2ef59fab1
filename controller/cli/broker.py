"""`cctv broker`: accounts of third parties at the site's own broker."""

import asyncio
import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.app.accounts import add_account, list_accounts, remove_account
from controller.app.site import Site, open_site
from controller.cli import AsJson, app, print_json, told
from controller.settings import default_data_dir
from shared.errors import Rejected
from shared.topics import AccountKind

broker = typer.Typer(no_args_is_help=True, help="The site's own MQTT broker.")
account = typer.Typer(no_args_is_help=True, help="Accounts of third parties.")
broker.add_typer(account, name="account")
app.add_typer(broker, name="broker")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]


def config_file(data: Path | None) -> Path:
    """The site's settings file."""
    return (data or default_data_dir(os.environ)) / "cctv.toml"  # noqa: TID251 - the command line reads it


def _site(data: Path | None) -> Site:
    return open_site(config_file(data))


@account.command("add")
@told
def add(
    name: Annotated[str, typer.Argument(help="Its name: a-z, 0-9 and '-'.")],
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Reads motion, events, alarms, verdicts, counts and status.")
    ] = False,
    floor: Annotated[bool, typer.Option("--floor", help="A siren or light: reads outputs only.")] = False,
    home_assistant: Annotated[
        bool, typer.Option("--home-assistant", help="Reads all of that and may switch outputs.")
    ] = False,
    data: Data = None,
) -> None:
    """Make an account, or give it a new password; login and password are printed this once."""
    kinds: list[AccountKind] = []
    if read_only:
        kinds.append("reader")
    if floor:
        kinds.append("floor")
    if home_assistant:
        kinds.append("home")
    if len(kinds) != 1:
        raise Rejected("account", "needs one of --read-only, --floor and --home-assistant")
    login, password = asyncio.run(add_account(_site(data), kinds[0], name, getpass.getuser()))
    sys.stdout.write(f"login: {login}\npassword: {password}\nclient id: {login}, or beginning with '{login}.'\n")


@account.command("list")
@told
def list_logins(data: Data = None, as_json: AsJson = False) -> None:
    """Show the logins."""
    logins = list(list_accounts(_site(data)))
    if as_json:
        print_json(logins)
        return
    sys.stdout.writelines([f"{login}\n" for login in logins] or ["no account\n"])


@account.command("remove")
@told
def remove(login: Annotated[str, typer.Argument(help="As it was printed.")], data: Data = None) -> None:
    """Shut an account out."""
    asyncio.run(remove_account(_site(data), login, getpass.getuser()))
    sys.stdout.write(f"{login}: removed\n")
