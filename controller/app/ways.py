"""Wires the ways out of the site: where each leads by the settings, and the doors that senders are built with."""

from urllib.parse import urlsplit

from controller.adapters.database import Database
from controller.adapters.way_latch import WayLatch
from controller.adapters.way_store import Inside, SqlWays
from controller.app.site import Site
from controller.core.ways_out import AT_START, Way, settled
from controller.errors import WayShut
from controller.listen_settings import is_loopback
from controller.ports.ways import Door
from controller.settings import Settings
from shared.clock import Clock, SystemClock
from shared.errors import Rejected
from shared.texts import say


def ways_of(site: Site, database: Database, clock: Clock) -> SqlWays:
    """Those of a site with its settings."""
    return SqlWays(database, clock, settled_by(site.settings))


def settled_by(settings: Settings) -> list[Way]:
    """The ways that these settings open, and those that they could."""
    store, enrich, broker = settings.store, settings.enrich, settings.broker
    where = _elsewhere(store.endpoint) if store.kind == "s3" else None
    second = store.second if store.second is not None and store.second.kind == "s3" else None
    beyond = None if second is None else _elsewhere(second.endpoint)
    model = _elsewhere(enrich.url) if enrich.on else None
    provider = _elsewhere(settings.oidc.issuer)
    collector = _elsewhere(settings.tracing.endpoint)
    endpoints = " ".join((settings.oidc.issuer or "", *settings.oidc.hosts))
    return settled(
        store=None if where is None else (where, f"{store.endpoint} {store.public_endpoint or ''} {store.bucket}"),
        second_store=None if second is None or beyond is None else (beyond, f"{second.endpoint} {second.bucket}"),
        language_model=None if model is None else (model, f"{enrich.url} {enrich.model}"),
        language_model_sees=enrich.describe,
        serving=settings.worker.serving_hosts,
        broker=f"{broker.host}:{broker.port}" if broker.kind == "external" and not is_loopback(broker.host) else None,
        home_assistant=settings.home_assistant.discovery,
        directories=[(one.name, str(one.path)) for one in settings.export.directories],
        identity_provider=None if provider is None else (provider, endpoints),
        traces=None if collector is None else (collector, f"{settings.tracing.endpoint}"),
    )


def model_door(site: Site, database: Database, clock: Clock) -> Door:
    """To the language model."""
    return _door(ways_of(site, database, clock), "language_model")


def home_door(site: Site, database: Database, clock: Clock) -> Door:
    """To Home Assistant behind a broker elsewhere."""
    return _door(ways_of(site, database, clock), "home_assistant")


def provider_door(site: Site, database: Database, clock: Clock) -> Door:
    """To the identity provider."""
    return _door(ways_of(site, database, clock), "identity_provider")


def traces_door(site: Site, database: Database, clock: Clock) -> Door:
    """To the collector of traces."""
    return _door(ways_of(site, database, clock), "traces")


def serving_latch(site: Site, place: str) -> WayLatch:
    """To a serving cluster, for who works in threads."""

    async def ask() -> None:
        database = Database(site.settings.database())
        try:
            await ways_of(site, database, SystemClock()).require("serving", place)
        finally:
            await database.close()

    return WayLatch(ask)


async def require_ways(site: Site) -> None:
    """`Rejected` where a role of this site could not begin but by a way that is closed."""
    wanted = [way for way in settled_by(site.settings) if way.kind in AT_START and way.open]
    if not wanted:
        return
    database = Database(site.settings.database())
    try:
        ways = ways_of(site, database, SystemClock())
        for way in wanted:
            try:
                await ways.require(way.kind, way.name)
            except WayShut:
                raise Rejected(way.kind, say("way_shut", kind=way.kind, name=way.name)) from None
    finally:
        await database.close()


def _door(ways: SqlWays, kind: str) -> Door:
    """The one way of its kind that the settings use; what leads nowhere else is always open."""
    used = next((way for way in ways.settled.values() if way.kind == kind and way.open), None)
    return Inside() if used is None else ways.door(used.kind, used.name)


def _elsewhere(url: str | None) -> str | None:
    """The host of an address, where it is not this machine."""
    host = urlsplit(url or "").hostname
    return None if host is None or is_loopback(host) else host
