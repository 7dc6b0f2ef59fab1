"""`cctv import`: what another recorder's configuration has that belongs here too."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from controller.adapters.foreign_file import read_frigate_file, read_motioneye_files
from controller.app.import_files import write_imported
from controller.cli import AsJson, app, print_json, told
from controller.core.foreign import Import
from controller.core.import_files import written
from controller.core.import_frigate import read_frigate
from controller.core.import_motioneye import read_motioneye
from shared.exits import FAILED
from shared.ids import parse_node

group = typer.Typer(no_args_is_help=True, help="Cameras, zones and retention of another recorder's configuration.")
app.add_typer(group, name="import")

Write = Annotated[Path | None, typer.Option("--write", help="A folder for the files; without it nothing is written.")]
Replace = Annotated[bool, typer.Option("--replace", help="Also over files that are there.")]
Node = Annotated[str, typer.Option("--node", help="The node that will have the cameras; rules name it.")]


@group.command("frigate")
@told
def frigate(
    file: Annotated[Path, typer.Argument(help="Frigate's config.yml, of 0.13 to 0.16.")],
    write: Write = None,
    replace: Replace = False,
    node: Node = "node",
    as_json: AsJson = False,
) -> None:
    """Take cameras, zones, motion masks and retention from Frigate; ends with 1 when no camera could be taken."""
    _tell(read_frigate(read_frigate_file(file)), write, replace, node, as_json)


@group.command("motioneye")
@told
def motioneye(
    file: Annotated[Path, typer.Argument(help="motionEye's folder, one camera-N.conf, or its backup (tar.gz).")],
    write: Write = None,
    replace: Replace = False,
    node: Node = "node",
    as_json: AsJson = False,
) -> None:
    """Take cameras, motion thresholds and retention from motionEye; ends with 1 when no camera could be taken."""
    _tell(read_motioneye(read_motioneye_files(file)), write, replace, node, as_json)


def _tell(found: Import, write: Path | None, replace: bool, node: str, as_json: bool) -> None:
    files = written(found, parse_node(node, "--node"))
    paths = write_imported(write, files, over=replace) if write is not None and found.cameras else []
    if as_json:
        print_json({
            "cameras": [camera.name for camera in found.cameras],
            "rules": [rule.name for rule in found.rules],
            "keep_days": found.keep_days,
            "notes": [asdict(note) for note in found.notes],
            "written": [str(path) for path in paths],
        })  # fmt: skip
    else:
        sys.stdout.writelines(f"{note.fate:<9} {note.where}: {note.why}\n" for note in found.notes)
        sys.stdout.write(f"\n{len(found.cameras)} cameras, {len(found.rules)} rules\n")
        sys.stdout.writelines(f"wrote {path}\n" for path in paths)
        if write is None and found.cameras:
            sys.stdout.write("Nothing was written: say --write FOLDER\n")
    if not found.cameras:
        raise typer.Exit(FAILED)
