"""What is sent to a destination of exports."""

from dataclasses import dataclass
from pathlib import Path

from controller.core.export_target import Sum


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file of a finished export, on this disk."""

    name: str
    path: Path
    sum: Sum
