"""The files of a finished export in the order in which they are sent: the manifest is the last."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from controller.adapters.checked_file import digest_of
from controller.core.bundle import SCHEMA as BUNDLE
from controller.core.bundle import SIGNATURE
from controller.core.export_manifest import MANIFEST, SUMS, promised
from controller.core.export_target import Sum
from controller.ports import Parcel
from shared.errors import Transient


def parcels_of(folder: Path, document: Mapping[str, Any], stop: Callable[[], bool]) -> tuple[Parcel, ...]:
    """All that `document`, its manifest, promises, then the sums and the manifest itself. Blocks."""
    films = [Parcel(one.name, folder / one.name, Sum(one.length_bytes, one.sha256)) for one in promised(document)]
    after = (SUMS, SIGNATURE, MANIFEST) if document["schema"] == BUNDLE else (SUMS, MANIFEST)
    return (*films, *(_read(folder, name, stop) for name in after))


def _read(folder: Path, name: str, stop: Callable[[], bool]) -> Parcel:
    found = digest_of(folder / name, stop)
    if found is None:
        raise Transient(f"{name} is not there any more")
    return Parcel(name, folder / name, Sum(found.length_bytes, found.sha256))
