"""`cctv-edge key`: where the node's key lies, and putting it under this machine's TPM."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from edge_agent.adapters.sealed_key import seal, tpm_fault
from edge_agent.adapters.segment_folder import sync_folder
from edge_agent.settings import Settings, load_settings
from shared.errors import CctvError, Rejected

_BAD_INPUT = 2
key = typer.Typer(no_args_is_help=True, help="The node's own key.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(key, name="key")


@key.command("seal")
def seal_key(config: Annotated[Path, typer.Option("--config", help="The node's configuration (TOML).")]) -> None:
    """Let this machine's TPM 2.0 alone open the key file. The agent is started anew afterwards.

    What the disk held before may still be read from an SD card by who takes it apart: a node that is enrolled where the
    TPM is has never had its key in the clear.
    """
    try:
        told = _seal(load_settings(config))
    except (Rejected, OSError) as fault:
        sys.stderr.write(f"cctv-edge key: {fault}\n")
        raise typer.Exit(_BAD_INPUT) from None
    except CctvError as fault:
        sys.stderr.write(f"cctv-edge key: {fault}\n")
        raise typer.Exit(1) from None
    sys.stdout.write(f"{told}\n")


def _seal(settings: Settings) -> str:
    file, key_pem = settings.key_file, settings.private_key_pem()
    if file is None:
        raise Rejected("key_pem", "stands in the configuration itself: put it into a file, named as key_file")
    if settings.key_kept() == "tpm":
        return f"{file} is sealed already."
    if fault := tpm_fault():
        raise Rejected("tpm", fault)
    replace_key(file, seal(key_pem))
    return f"{file} is sealed: only this machine's TPM opens it."


def replace_key(file: Path, sealed: str) -> None:
    """Put what is sealed in the place of a key file; once that is durable, the bytes of before are written over."""
    fresh = file.with_name(f"{file.name}.sealed")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(sealed)
        opened.flush()
        os.fsync(opened.fileno())
    with file.open("r+b") as old:
        length = os.fstat(old.fileno()).st_size
        fresh.replace(file)
        sync_folder(file.parent)  # else a power cut could bring the name of the overwritten one back
        old.write(bytes(length))
        old.flush()
        os.fsync(old.fileno())
