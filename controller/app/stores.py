"""The object stores that a site's settings name: a directory of ours or S3, and a second one for what is old."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from controller.adapters.database import Database
from controller.adapters.directory_store import DirectoryStore
from controller.adapters.disk_room import DiskRoom
from controller.adapters.tier_rows import SqlPlaces
from controller.adapters.tiered_store import TieredStore, UnnamedStore
from controller.app.site import Site
from controller.flows.play_pieces import ByteStore
from controller.ports import ObjectStore, WholeStore
from controller.settings import read_secret
from controller.store_settings import SecondStore, Store
from shared.clock import Clock
from shared.errors import Rejected

if TYPE_CHECKING:
    from controller.adapters.s3_store import S3Place, S3Store


class Objects(ObjectStore, ByteStore, Protocol):
    """A store that can be read in parts too."""


def build_rooms(site: Site) -> dict[str, DiskRoom]:
    """The disks of this machine, by what of ours lies there."""
    store, second = site.settings.store, site.settings.store.second
    return {
        "site": DiskRoom(site.data_dir),
        "store": DiskRoom(site.settings.store_path if store.kind == "directory" else None),
        "second store": DiskRoom(second.path if second is not None and second.kind == "directory" else None),
    }


async def open_store(site: Site, database: Database, clock: Clock, *, probe: bool = True) -> TieredStore:
    """The store, ready to give leave for uploads; an S3 store is probed first, but by who only looks."""
    places = SqlPlaces(database)
    second = second_store(site, clock)
    first: WholeStore
    if site.settings.store.kind == "directory":
        first = DirectoryStore(site.settings.store_path, site.store_key().encode(), clock)
    else:
        first = s3 = s3_store(site, clock)
        if probe:
            await s3.probe()
    return TieredStore(first, UnnamedStore(places) if second is None else second, places)


def second_store(site: Site, clock: Clock) -> WholeStore | None:
    """The second store; None: the settings name none. It is not probed: nodes never upload to it."""
    settings = site.settings.store.second
    if settings is None:
        return None
    if settings.path is not None and settings.kind == "directory":
        return DirectoryStore(settings.path, site.store_key().encode(), clock)
    from controller.adapters.s3_store import S3Store

    return S3Store(_place(settings, "store.second"), site.store_key().encode(), clock)


def s3_store(site: Site, clock: Clock) -> "S3Store":
    """The S3 store that the settings name, not probed yet."""
    from controller.adapters.s3_store import S3Store

    return S3Store(s3_place(site), site.store_key().encode(), clock)


def s3_place(site: Site) -> "S3Place":
    """Where it is, and by which key."""
    settings = site.settings.store
    return _place(settings, "store", settings.public_endpoint)


def _place(settings: Store | SecondStore, field: str, public_endpoint: str | None = None) -> "S3Place":
    from controller.adapters.presign import S3Key
    from controller.adapters.s3_store import S3Place

    if not settings.endpoint or not settings.bucket:
        raise Rejected(field, "kind = 's3' needs endpoint and bucket")
    key = S3Key(
        _read(settings.access_key_file, f"{field}.access_key_file"),
        _read(settings.secret_key_file, f"{field}.secret_key_file"),
        settings.region,
    )
    return S3Place(settings.endpoint, settings.bucket, key, public_endpoint)


def _read(file: Path | None, field: str) -> str:
    if file is None:
        raise Rejected(field, "is missing")
    return read_secret(file, field)
