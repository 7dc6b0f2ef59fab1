"""What firmware_config says of one board: from its own files, so that no second list can differ from them. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from edge_agent.core.boot_config import BootLine, boot_lines, in_force
from edge_agent.core.pi_board import Board
from edge_agent.core.system_files import read_mounts, read_words, size_bytes, systemd_value

TABLE = "boards.toml"
CMDLINE = "boot/cmdline.txt"
FSTAB = "etc/fstab"
DATA = "/var/lib/cctv"
JOURNAL = "etc/systemd/journald.conf.d/70-cctv.conf"
WATCHDOG = "etc/systemd/system.conf.d/80-cctv-watchdog.conf"
UNIT = "etc/systemd/system/cctv-edge.service"
_ROOT_WORD = "overlayroot="


@dataclass(frozen=True, slots=True)
class Expected:
    """What the files ask for on one board."""

    board: Board
    boot: tuple[BootLine, ...]
    camera_overlays: frozenset[str]
    kernel_words: tuple[str, ...]
    root_word: str
    mount_kind: str
    mount_options: frozenset[str]
    journal_storage: str
    watchdog: str
    memory_max_bytes: int
    cma_min_bytes: int | None
    has_fan: bool


def expected_of(board: Board, files: Mapping[str, str]) -> Expected | None:
    """What is asked of this board; None for one that stands in no table. `files`: texts by their path in the folder."""
    table = tomllib.loads(files[TABLE])
    entry = table["boards"].get(board.name)
    if entry is None:
        return None
    fragments = table["fragments"]
    names = [*fragments["every"], *entry["config"]]
    cameras = [*fragments["one_camera"], *fragments["two_cameras"]]
    words = read_words(files[CMDLINE])
    data = next(one for one in read_mounts(files[FSTAB]) if one.place == DATA)
    return Expected(
        board=board,
        boot=tuple(line for name in names for line in _fragment(board, files[f"boot/{name}"])),
        camera_overlays=frozenset(
            overlay for name in cameras for overlay, _ in in_force(_fragment(board, files[f"boot/{name}"])).overlays
        ),
        kernel_words=tuple(word for word in words if not word.startswith(_ROOT_WORD)),
        root_word=next(word for word in words if word.startswith(_ROOT_WORD)),
        mount_kind=data.kind,
        mount_options=frozenset(one for one in data.options if one != "nofail" and not one.startswith("x-")),
        journal_storage=systemd_value([files[JOURNAL]], "Storage") or "",
        watchdog=systemd_value([files[WATCHDOG]], "RuntimeWatchdogSec") or "",
        memory_max_bytes=size_bytes(systemd_value([files[UNIT]], "MemoryMax") or "") or 0,
        cma_min_bytes=entry.get("cma_min_bytes"),
        has_fan=entry.get("fan", False),
    )


def _fragment(board: Board, text: str) -> tuple[BootLine, ...]:
    return boot_lines(text, board.name, lambda _name: None)
