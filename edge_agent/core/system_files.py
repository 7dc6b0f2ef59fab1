"""Reads what a Linux system writes about itself: mounts, words of the kernel, settings of systemd, sizes. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of /proc/mounts."""

    device: str
    place: str
    kind: str
    options: frozenset[str]


def read_mounts(text: str) -> tuple[Mount, ...]:
    """The mounts in a file like /proc/mounts or fstab; lines that are none are left out."""
    found: list[Mount] = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 4 and not line.lstrip().startswith("#"):  # noqa: PLR2004 - device, place, kind, options
            device, place = (_unescaped(field) for field in fields[:2])
            found.append(Mount(device, place, fields[2], frozenset(fields[3].split(","))))
    return tuple(found)


def mount_of(path: str, mounts: Sequence[Mount]) -> Mount | None:
    """The mount that an absolute path is on: the longest place above it, the last one where two share it."""
    above = [one for one in mounts if path == one.place or path.startswith(one.place.rstrip("/") + "/")]
    return max(reversed(above), key=lambda one: len(one.place), default=None)


def over_memory(path: str, mounts: Sequence[Mount]) -> bool:
    """Whether what is written there goes to a layer in memory over a disk: a root that overlayroot made read-only."""
    mount = mount_of(path, mounts)
    if mount is None or mount.kind != "overlay":
        return False
    upper = next((one.partition("=")[2] for one in mount.options if one.startswith("upperdir=")), "")
    layer = mount_of(upper, mounts)
    return layer is not None and layer.kind in {"tmpfs", "ramfs"}


def read_words(text: str) -> tuple[str, ...]:
    """The words of a kernel's command line; comments and quotes as they stand in a file of ours are left out."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(re.findall(r'(?:[^\s"]|"[^"]*")+', "\n".join(lines)))


def systemd_value(texts: Sequence[str], key: str) -> str | None:
    """The last word on `key` in a file of systemd and its drop-ins, in their order; an empty one takes it back."""
    value: str | None = None
    for line in "\n".join(texts).splitlines():
        name, separator, rest = line.partition("=")
        if separator and name.strip() == key:
            value = rest.strip() or None
    return value


def size_bytes(text: str) -> int | None:
    """960M, 2G or a plain number, as systemd counts; None for `infinity`, a share or what is no size."""
    found = re.fullmatch(r"(\d{1,18})([KMGT]?)", text.strip(), re.ASCII)
    return None if found is None else int(found[1]) * _UNITS[found[2]]


def _unescaped(field: str) -> str:
    return re.sub(r"\\([0-3][0-7]{2})", lambda found: chr(int(found[1], 8)), field)
