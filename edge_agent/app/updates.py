"""Wires what an agent does about its own updates; nothing where it was not installed below a root with versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from edge_agent.adapters.release_door import ReleaseDoor
from edge_agent.adapters.slots_folder import KEYS, own_root, read_turn
from edge_agent.adapters.update_folder import UpdateFolder
from edge_agent.adapters.venv_installer import this_platform
from edge_agent.flows.fetch_release import ReleaseFetching
from edge_agent.flows.tell_well import WellTelling
from edge_agent.ports import CameraFeed, Wire
from edge_agent.settings import Settings
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Updates:
    """Both flows."""

    fetching: ReleaseFetching
    telling: WellTelling


def build_updates(
    settings: Settings,
    place: Path | None,
    ca_file: Path | None,
    feeds: Sequence[CameraFeed],
    wire: Wire,
    version: str,
    clock: Clock,
) -> Updates | None:
    """`place`: where agent and updater meet, if they do."""
    root = own_root()
    if root is None or place is None:
        return None
    folder = UpdateFolder(place)
    door = ReleaseDoor(settings.controller_url, ca_file, settings.node_id, settings.private_key_pem(), folder, clock)
    fetching = ReleaseFetching(
        door, partial(read_turn, root), folder.waits, (root / KEYS).exists, version, this_platform(), clock
    )
    return Updates(fetching, WellTelling(version, feeds, wire, folder, lambda: read_turn(root).step, clock))
