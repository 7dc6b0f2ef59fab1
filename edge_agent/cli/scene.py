"""`cctv-edge scene`: what a rendered scene shows, exactly: its danger zone and who is where when."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.errors import Rejected

if TYPE_CHECKING:
    from edge_agent.core.scene import Scene

_BAD_INPUT = 2
_MAX_S = 3600.0


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("scene")(scene)


def scene(
    url: Annotated[str, typer.Argument(help="scene://yard?seed=7")],
    truth_s: Annotated[float, typer.Option("--truth-s", min=0, max=_MAX_S, help="Tell who is where so long.")] = 0,
    fps: Annotated[float, typer.Option("--fps", min=0.1, max=60, help="How often.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Describe a rendered scene: the ground truth that verdicts and alarms can be held against."""
    from edge_agent.core.scene import Scene, parse_scene_url  # its figures: only this command needs them

    try:
        name, seed, _ = parse_scene_url(url)
        rendered = Scene(name, seed)
    except Rejected as fault:
        sys.stderr.write(f"cctv-edge: {fault}\n")
        raise typer.Exit(_BAD_INPUT) from None
    found: dict[str, Any] = {"name": name, "seed": seed, "danger_zone": [list(p) for p in rendered.danger_zone]}
    if truth_s:
        found["truth"] = [_moment(rendered, round(i * 1000 / fps)) for i in range(round(truth_s * fps))]
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    corners = ", ".join(f"({x:.3f}, {y:.3f})" for x, y in rendered.danger_zone)
    sys.stdout.write(f"{name}, seed {seed}: danger zone {corners}\n")
    for moment in found.get("truth", []):
        shown = ", ".join(f"{a['kind']} {a['id']}{'' if a['helmet'] else ' bare'}" for a in moment["actors"])
        sys.stdout.write(f"{moment['t_s']:8.2f} s  {shown or '-'}\n")


def _moment(rendered: "Scene", t_ms: int) -> dict[str, Any]:
    actors = [
        {
            "id": actor.id,
            "kind": actor.kind,
            "box": list(actor.box),
            "helmet": actor.helmet,
            "vest": actor.vest,
            "visible": actor.visible,
        }
        for actor in rendered.truth(t_ms)
    ]
    return {"t_s": t_ms / 1000, "actors": actors}
