"""Backups by command for tests, and files that say of themselves what a backup does."""

import json
import struct
from pathlib import Path

from typer.testing import CliRunner, Result

from controller.app.site import Site
from controller.cli.backup import backup

PASSPHRASE = "four words and a number 7"


def told(*words: str | Path) -> Result:
    return CliRunner().invoke(backup, [str(word) for word in words])


def made(full: Site, phrase: Path, into: Path) -> Path:
    done = told("create", "--to", into, "--passphrase-file", phrase, "--data", full.data_dir, "--json")
    assert done.exit_code == 0, done.output
    return Path(json.loads(done.stdout)["file"])


def begun(file: Path, made_at: str, site: str = "site") -> Path:
    """A file with the begin of a backup, and nothing behind it."""
    head = json.dumps({"site": site, "made_at": made_at, "lock": {"kind": "recipient"}}).encode()
    file.write_bytes(b"CCTVBAK1" + struct.pack(">I", len(head)) + head)
    return file
