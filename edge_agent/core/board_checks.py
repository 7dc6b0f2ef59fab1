"""What `cctv-edge check` finds of a Raspberry Pi beside firmware_config: from what was seen to what to do. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from edge_agent.core.board_expected import Expected
from edge_agent.core.boot_config import BootLine, in_force, not_as_wanted
from edge_agent.core.check_words import words
from edge_agent.core.checks import Finding, power
from edge_agent.core.system_files import Mount
from edge_agent.core.throttling import flags_ever, flags_now

DiskKind = Literal["nvme", "usb", "sd", "emmc"]

_IN_MEMORY = frozenset({"overlay", "tmpfs", "ramfs"})


@dataclass(frozen=True, slots=True)
class UnitState:
    """What systemd says of the agent's unit; `memory_max_bytes` None: unlimited."""

    loaded: bool
    memory_max_bytes: int | None
    watchdog: bool


@dataclass(frozen=True, slots=True)
class BoardSigns:
    """What was read; None is what this machine does not tell."""

    boot: tuple[BootLine, ...] | None
    cmdline_file: tuple[str, ...] | None
    cmdline: tuple[str, ...]
    root: Mount | None
    data: Mount | None
    journal_storage: str | None
    watchdog: str | None
    watchdog_device: bool
    throttled: int | None
    battery_clock: bool
    fan: bool
    disk: DiskKind | None
    unit: UnitState | None
    memory_controller: bool
    cma_bytes: int | None
    buffers: bool


def no_board() -> Finding:
    """Said once off a Raspberry Pi: nothing else of firmware_config is looked at."""
    return Finding("board", "ok", "is no Raspberry Pi: firmware_config does not count here")


def unknown_board(name: str) -> Finding:
    """Said of a board that firmware_config has nothing for."""
    return Finding("board", "unknown", words("{board}: firmware_config has nothing for it", board=name))


def compare(expected: Expected, signs: BoardSigns, cameras: Sequence[str] | None) -> tuple[Finding, ...]:
    """Every finding about one board; `cameras`: the sensors that are listed, None where nobody could be asked."""
    return (
        Finding("board", "ok", expected.board.name),
        _boot(expected, signs),
        _modules(expected, signs, cameras),
        _kernel_words(expected, signs),
        _root(expected, signs.root, signs.cmdline),
        _data(expected, signs.data),
        _disk(signs.disk),
        _journal(expected, signs.journal_storage),
        _watchdog(expected, signs),
        _power(signs.throttled),
        _battery_clock(battery_clock=signs.battery_clock),
        *([_fan(fan=signs.fan)] if expected.has_fan else []),
        _unit(expected, signs.unit, memory_controller=signs.memory_controller),
        _camera_memory(expected, signs),
    )


def _boot(expected: Expected, signs: BoardSigns) -> Finding:
    check = "boot settings"
    if signs.boot is None:
        return Finding(check, "unknown", "config.txt cannot be read")
    differs = not_as_wanted(expected.boot, in_force([line for line in signs.boot if line.sure]))
    if not differs:
        return Finding(check, "ok", "config.txt is as firmware_config says")
    says = words("config.txt does not say {lines}", lines="; ".join(differs))
    if not not_as_wanted(expected.boot, in_force(signs.boot)):
        return Finding(
            check, "unknown", says, "It stands under a filter that cannot be judged here: look at config.txt."
        )
    return Finding(check, "warning", says, "Add these lines under [all] at the end of config.txt, and restart.")


def _modules(expected: Expected, signs: BoardSigns, cameras: Sequence[str] | None) -> Finding:
    check = "camera modules"
    if signs.boot is None:
        return Finding(check, "unknown", "config.txt cannot be read")
    found = in_force([line for line in signs.boot if line.sure])
    named = [overlay for overlay, _ in found.overlays if overlay in expected.camera_overlays]
    if not named:
        return Finding(check, "ok", "none is named in config.txt")
    connectors = expected.board.connectors
    if len(named) > connectors:
        says = words(
            "{named} are named, the board has connectors for {connectors}", named=len(named), connectors=connectors
        )
        return Finding(check, "trouble", says, "Leave one overlay in config.txt; a second camera is USB or RTSP.")
    if cameras is None:
        return Finding(check, "unknown", "picamera2 cannot be asked", "Install python3-picamera2.")
    return _named_and_listed(check, named, cameras, detects=found.values.get("camera_auto_detect", "0") != "0")


def _named_and_listed(check: str, named: Sequence[str], cameras: Sequence[str], *, detects: bool) -> Finding:
    missing = list(named)
    for model in cameras:
        same = next((overlay for overlay in missing if model.lower().startswith(overlay)), None)
        if same is not None:
            missing.remove(same)
    if missing:
        says = words("{missing} named in config.txt and not found", missing=", ".join(missing))
        remedy = "Switch the power off, check the cable and which connector it is in, and start anew."
        return Finding(check, "trouble", says, remedy)
    if detects:
        remedy = "Set camera_auto_detect=0 in config.txt, and restart."
        return Finding(check, "warning", "cameras are named and detected too", remedy)
    return Finding(check, "ok", words("found: {cameras}", cameras=", ".join(cameras)))


def _kernel_words(expected: Expected, signs: BoardSigns) -> Finding:
    check = "kernel's words"
    missing = [word for word in expected.kernel_words if word not in signs.cmdline]
    if not missing:
        return Finding(check, "ok", "the command line is as firmware_config says")
    says = words("the kernel was started without {missing}", missing=" ".join(missing))
    if set(missing) <= set(signs.cmdline_file or ()):
        return Finding(check, "warning", says, "They stand in cmdline.txt: restart.")
    return Finding(check, "warning", says, "Add them to the one line of cmdline.txt, and restart.")


def _root(expected: Expected, root: Mount | None, cmdline: Sequence[str]) -> Finding:
    check = "read-only root"
    if root is None:
        return Finding(check, "unknown", "this machine does not tell it")
    if root.kind != "overlay":
        says = "the system is written to the card: a power cut may find it half written"
        return Finding(
            check,
            "warning",
            says,
            words("When all else is well, add {word} to cmdline.txt, and restart.", word=expected.root_word),
        )
    if expected.root_word not in cmdline:
        says = "without recurse=0 other disks are not written either"
        return Finding(
            check,
            "trouble",
            says,
            words("Put {word} into cmdline.txt in place of what is there.", word=expected.root_word),
        )
    return Finding(check, "ok", "is a layer in memory over the card")


def _data(expected: Expected, data: Mount | None) -> Finding:
    check = "data partition"
    if data is None:
        return Finding(check, "unknown", "this machine does not tell it")
    if data.kind in _IN_MEMORY:
        says = words("{place} lies in memory: recordings are gone with the power", place=data.place)
        return Finding(
            check, "trouble", says, "Mount the partition (fstab), and look whether cmdline.txt has recurse=0."
        )
    if data.place == "/":
        remedy = "Give data_dir a partition of its own, as firmware_config/etc/fstab has it."
        return Finding(check, "warning", "is the system's own: a full or broken one stops both", remedy)
    missing = sorted(expected.mount_options - data.options)
    if data.kind != expected.mount_kind:
        return Finding(
            check,
            "warning",
            words("{place} is {kind}", place=data.place, kind=data.kind),
            words("It was thought out for {kind}.", kind=expected.mount_kind),
        )
    if missing:
        says = words("{place} is mounted without {missing}", place=data.place, missing=", ".join(missing))
        return Finding(check, "warning", says, "Take the line of firmware_config/etc/fstab, and restart.")
    return Finding(check, "ok", words("{place} is mounted as firmware_config says", place=data.place))


def _disk(kind: DiskKind | None) -> Finding:
    check = "ring's disk"
    if kind is None:
        return Finding(check, "unknown", "this machine does not tell it")
    if kind == "sd":
        return Finding(check, "warning", "SD card", "Take NVMe or USB, or a high-endurance card of 128 GB or more.")
    return Finding(check, "ok", {"nvme": "NVMe", "usb": "USB or SATA", "emmc": "eMMC"}[kind])


def _journal(expected: Expected, storage: str | None) -> Finding:
    if storage == expected.journal_storage:
        return Finding("journal", "ok", words("is kept as firmware_config says ({value})", value=storage))
    remedy = "Put 70-cctv.conf into journald.conf.d: logs wear the card."
    return Finding("journal", "warning", words("Storage is {value}", value=storage or "auto"), remedy)


def _watchdog(expected: Expected, signs: BoardSigns) -> Finding:
    check = "board's watchdog"
    if not signs.watchdog_device:
        return Finding(
            check, "warning", "there is no /dev/watchdog0", "Set dtparam=watchdog=on in config.txt, and restart."
        )
    if signs.watchdog == expected.watchdog:
        return Finding(check, "ok", words("is fed by systemd ({value})", value=signs.watchdog))
    remedy = "Put 80-cctv-watchdog.conf into system.conf.d, and restart."
    return Finding(check, "warning", words("RuntimeWatchdogSec is {value}", value=signs.watchdog or "off"), remedy)


def _power(word: int | None) -> Finding:
    if word is None:
        remedy = "Install vcgencmd (package raspi-utils), and let the user into the group video."
        return Finding("power", "unknown", "the firmware cannot be asked", remedy)
    return power(flags_now(word), flags_ever(word))


def _battery_clock(*, battery_clock: bool) -> Finding:
    if battery_clock:
        return Finding("battery clock", "ok", "is there; whether its battery is charged nobody tells")
    remedy = "Without a network after a power cut the time is wrong: a clock with a battery tells it."
    return Finding("battery clock", "warning", "there is none", remedy)


def _fan(*, fan: bool) -> Finding:
    if fan:
        return Finding("fan", "ok", "is there")
    return Finding(
        "fan", "warning", "none is seen", "Plug the fan in at its own connector, or cool the board otherwise."
    )


def _unit(expected: Expected, unit: UnitState | None, *, memory_controller: bool) -> Finding:
    check = "service"
    if unit is None:
        return Finding(check, "unknown", "systemd cannot be asked")
    if not unit.loaded:
        return Finding(
            check, "warning", "there is no cctv-edge.service", "Copy it from firmware_config, and enable it."
        )
    if not unit.watchdog:
        return Finding(
            check, "warning", "has no WatchdogSec: an agent that is stuck stays so", "Take the unit of firmware_config."
        )
    if unit.memory_max_bytes is None:
        return Finding(
            check,
            "warning",
            "has no MemoryMax: it may take the whole board's memory",
            "Take the unit of firmware_config.",
        )
    if not memory_controller:
        says = "its MemoryMax does not count: the kernel's memory controller is off"
        return Finding(check, "warning", says, "Add cgroup_enable=memory to cmdline.txt, and restart.")
    says = words(
        "memory up to {mb:.0f} MB, firmware_config: {wanted:.0f} MB",
        mb=unit.memory_max_bytes / 2**20,
        wanted=expected.memory_max_bytes / 2**20,
    )
    return Finding(check, "ok", says)


def _camera_memory(expected: Expected, signs: BoardSigns) -> Finding:
    check = "camera memory"
    if not signs.buffers:
        says = "there is no /dev/dma_heap/vidbuf_cached"
        return Finding(
            check,
            "warning",
            says,
            "Restart, and look at 60-dma-heap.rules of raspberrypi-sys-mods; in a container pass /dev/dma_heap whole.",
        )
    if expected.cma_min_bytes is None:
        return Finding(check, "ok", "comes from the whole memory on this board")
    if signs.cma_bytes is None:
        return Finding(check, "unknown", "this machine does not tell it")
    says = words(
        "CMA has {has:.0f} MB, firmware_config: {wanted:.0f} MB",
        has=signs.cma_bytes / 2**20,
        wanted=expected.cma_min_bytes / 2**20,
    )
    if signs.cma_bytes < expected.cma_min_bytes:
        remedy = words(
            "Change dtoverlay=vc4-kms-v3d in config.txt to dtoverlay=vc4-kms-v3d,cma-{mb:.0f}, and restart.",
            mb=expected.cma_min_bytes / 2**20,
        )
        return Finding(check, "warning", says, remedy)
    return Finding(check, "ok", says)
