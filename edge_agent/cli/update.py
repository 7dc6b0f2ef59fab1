"""`cctv-edge update`: another version of this agent, installed beside the one that runs, and taken back unless well."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge_agent.adapters.agent_service import RESTART, AgentService
from edge_agent.adapters.slots_folder import SlotsFolder
from edge_agent.adapters.update_folder import UpdateFolder
from edge_agent.adapters.venv_installer import VenvInstaller
from edge_agent.core.update import GATE_MS, Turn
from edge_agent.flows.update import Updating, told
from shared.clock import SystemClock
from shared.errors import CctvError, Rejected
from shared.exits import BAD_INPUT, FAILED, INTERRUPTED
from shared.logs import configure_logs


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("update")(update)


def update(
    file: Annotated[
        Path | None, typer.Argument(help="A signed release; left out: end what was cut off, and take what was fetched.")
    ] = None,
    config: Annotated[Path, typer.Option("--config", help="The node's configuration (TOML).")] = Path(
        "/var/lib/cctv/node.toml"
    ),
    root: Annotated[Path, typer.Option("--root", help="Below which the agent was installed.")] = Path("/opt/cctv"),
    downgrade: Annotated[bool, typer.Option("--downgrade", help="Also to an older version.")] = False,
    within_s: Annotated[
        int, typer.Option("--within", min=10, max=3600, help="Seconds that the new version has to be well.")
    ] = GATE_MS // 1000,
    restart: Annotated[
        Path | None,
        typer.Option("--restart", help="Program that starts the agent anew, where systemd does not have its unit."),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Only show what became of the newest update.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The end as JSON; what is done stays on standard error.")
    ] = False,
) -> None:
    """Install another version; its signature is checked first, and the one before runs again unless all is well.

    Well is: the broker connected, the cameras live and recorded that were so before. Ends with 1 when it was not
    installed or was taken back. Needs whoever may write below the root.
    """
    configure_logs(level="ERROR", json_lines=False)
    try:
        slots = SlotsFolder(root)
        if show:
            _end(slots.load(), as_json=as_json)
            return
        folder = UpdateFolder(config.parent)
        argv = RESTART if restart is None else (str(restart),)
        updating = Updating(
            slots, VenvInstaller(root, config), AgentService(folder, argv), SystemClock(), _tell, within_s * 1000
        )
        with slots.claimed(wait=file is None):  # systemd would start it again at once: what was fetched lies there
            turn = asyncio.run(_update(updating, folder, file, downgrade=downgrade))
    except Rejected as fault:
        sys.stderr.write(f"cctv-edge: {fault}\n")
        raise typer.Exit(BAD_INPUT) from None
    except (CctvError, OSError) as fault:
        sys.stderr.write(f"cctv-edge: {fault}\n")
        raise typer.Exit(FAILED) from None
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped: what ran before runs.\n")
        raise typer.Exit(INTERRUPTED) from None
    _end(turn, as_json=as_json)
    if turn.result in {"failed", "rolled-back"}:
        raise typer.Exit(FAILED)


async def _update(updating: Updating, folder: UpdateFolder, file: Path | None, *, downgrade: bool) -> Turn:
    turn = await updating.go_on()
    if file is not None:
        with file.open("rb") as opened:
            return await updating.take(opened, downgrade=downgrade)
    with folder.taken() as found:
        if found is None:
            return turn
        wanted, fetched = found
        return await updating.take_fetched(wanted.version, fetched, downgrade=wanted.downgrade)


def _end(turn: Turn, *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(asdict(turn)) if as_json else told(turn)) + "\n")


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
