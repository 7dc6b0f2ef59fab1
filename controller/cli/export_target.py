"""`cctv export-destination`: where exports may be sent besides the browser."""

import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from controller.app.export_targets import targets_of
from controller.cli import app, told
from controller.cli.export import AsJson, Data, Tongue, site_of
from controller.core.export_words import Language, word
from controller.flows.manage_exports import Asker
from controller.flows.manage_targets import ManageTargets
from controller.ports import State
from controller.settings import read_secret

target = typer.Typer(no_args_is_help=True, help="Where exports may be sent besides the browser.")
app.add_typer(target, name="export-destination")

Name = Annotated[str, typer.Argument(help="By which people choose it.")]
_GB = 1_000_000_000
T = TypeVar("T")


def _do(data: Path | None, work: Callable[[ManageTargets], Awaitable[T]]) -> T:
    async def run() -> T:
        async with targets_of(site_of(data)) as targets:
            return await work(targets)

    return asyncio.run(run())


def _me() -> Asker:
    return Asker(getpass.getuser(), admin=True)


def _put(document: Any) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def line_of(state: State) -> str:
    """One destination as a line."""
    place = state["path"] or f"{state['endpoint']}/{state['bucket']}/{state['prefix']}"
    return f"{state['name']} {state['kind']} {place}\n"


def outcome_line(name: str, found: State, language: Language) -> str:
    """What came of a test, as a line."""
    if found["ok"]:
        free = "" if found["free_bytes"] is None else f", {found['free_bytes'] / _GB:.1f} GB"
        return f"{name}: {word('target_works', language)}{free}\n"
    detail = f" ({found['detail']})" if found["detail"] else ""
    return f"{name}: {word(found['reason'], language)}{detail}\n"


@target.command("list")
@told
def list_all(as_json: AsJson = False, data: Data = None) -> None:
    """Show the destinations: directories that the settings file names, and S3 stores. Keys are never shown."""
    found = _do(data, lambda targets: targets.book.all())
    _put(found) if as_json else sys.stdout.writelines([line_of(one) for one in found] or ["no destination\n"])


@target.command("put")
@told
def put(
    name: Name,
    endpoint: Annotated[str, typer.Option("--endpoint", help="http(s)://HOST[:PORT] of the S3 store.")],
    bucket: Annotated[str, typer.Option("--bucket", help="It must exist.")],
    prefix: Annotated[str, typer.Option("--prefix", help="Folders before object names, each with its slash.")] = "",
    region: Annotated[str, typer.Option("--region", help="That requests are signed for.")] = "us-east-1",
    access_key_file: Annotated[
        Path | None, typer.Option("--access-key-file", help="File with the access key; without, it stays as it was.")
    ] = None,
    secret_key_file: Annotated[
        Path | None, typer.Option("--secret-key-file", help="File with the secret key, readable by you alone.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Add an S3 store, or change one. Directories are named in the settings file."""
    access = None if access_key_file is None else read_secret(access_key_file, "--access-key-file")
    secret = None if secret_key_file is None else read_secret(secret_key_file, "--secret-key-file")
    place = {"endpoint": endpoint, "bucket": bucket, "prefix": prefix, "region": region}
    state = _do(data, lambda targets: targets.put(name, place, access, secret, _me()))
    _put(state) if as_json else sys.stdout.write(line_of(state))


@target.command("remove")
@told
def remove(name: Name, data: Data = None) -> None:
    """Forget an S3 store and its keys; what was sent there stays."""
    _do(data, lambda targets: targets.remove(name, _me()))


@target.command("test")
@told
def try_it(name: Name, as_json: AsJson = False, language: Tongue = "en", data: Data = None) -> None:
    """Write, read back and remove a little there; ends with 1 where that does not work."""
    found = _do(data, lambda targets: targets.test(name))
    _put(found) if as_json else sys.stdout.write(outcome_line(name, found, language))
    if not found["ok"]:
        raise typer.Exit(1)
