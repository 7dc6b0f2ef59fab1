"""The object store that a site's settings name: a directory of ours, or S3."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from controller.adapters.directory_store import DirectoryStore
from controller.app.site import Site
from controller.flows.check_site import ListedStore
from controller.flows.play_pieces import ByteStore
from controller.ports import MediaDoor, ObjectStore
from controller.settings import read_secret
from shared.clock import Clock
from shared.errors import Rejected

if TYPE_CHECKING:
    from controller.adapters.s3_store import S3Place, S3Store


class Objects(ObjectStore, ByteStore, Protocol):
    """A store that can be read in parts too."""


class OpenStore(Objects, MediaDoor, ListedStore, Protocol):
    """A store, all that lies in it, and the door for uploads that do not go to it directly."""

    def close(self) -> None:
        """Let go of threads and connections; nothing waits for a hanging store."""
        ...


async def open_store(site: Site, clock: Clock, *, probe: bool = True) -> OpenStore:
    """The store, ready to give leave for uploads; an S3 store is probed first, but by who only looks."""
    if site.settings.store.kind == "directory":
        return DirectoryStore(site.settings.store_path, site.store_key().encode(), clock)
    store = s3_store(site, clock)
    if probe:
        await store.probe()
    return store


def s3_store(site: Site, clock: Clock) -> "S3Store":
    """The S3 store that the settings name, not probed yet."""
    from controller.adapters.s3_store import S3Store

    return S3Store(s3_place(site), site.store_key().encode(), clock)


def s3_place(site: Site) -> "S3Place":
    """Where it is, and by which key."""
    from controller.adapters.presign import S3Key
    from controller.adapters.s3_store import S3Place

    settings = site.settings.store
    if not settings.endpoint or not settings.bucket:
        raise Rejected("store", "kind = 's3' needs endpoint and bucket")
    key = S3Key(
        _read(settings.access_key_file, "store.access_key_file"),
        _read(settings.secret_key_file, "store.secret_key_file"),
        settings.region,
    )
    return S3Place(settings.endpoint, settings.bucket, key, settings.public_endpoint)


def _read(file: Path | None, field: str) -> str:
    if file is None:
        raise Rejected(field, "is missing")
    return read_secret(file, field)
