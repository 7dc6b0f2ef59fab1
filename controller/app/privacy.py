"""Wires what is told of privacy."""

from urllib.parse import urlsplit

from controller.adapters.database import Database
from controller.adapters.destination_store import SqlDestinations
from controller.adapters.notice_store import SqlNotice
from controller.adapters.people_store import PeopleStore
from controller.app.export_targets import export_targets
from controller.app.site import Site
from controller.core.ways_out import Way, settled
from controller.flows.tell_privacy import TellPrivacy
from controller.settings import is_loopback
from shared.clock import Clock
from shared.ids import SiteId


def build_privacy(site: Site, database: Database, clock: Clock) -> TellPrivacy:
    """Of a site with its settings."""
    return TellPrivacy(
        book=SqlNotice(database, clock, SiteId(site.settings.site)),
        people=PeopleStore(database, clock),
        messages=SqlDestinations(database, clock),
        exports=export_targets(site, database, clock),
        ways=lambda: _ways(site),
        roles=site.settings.privacy.roles,
    )


def _ways(site: Site) -> list[Way]:
    settings = site.settings
    store, enrich, broker = settings.store, settings.enrich, settings.broker
    return settled(
        store=_elsewhere(store.endpoint) if store.kind == "s3" else None,
        language_model=_elsewhere(enrich.url) if enrich.on else None,
        language_model_sees=enrich.describe,
        serving=settings.worker.serving_hosts,
        broker=f"{broker.host}:{broker.port}" if broker.kind == "external" and not is_loopback(broker.host) else None,
        home_assistant=settings.home_assistant.discovery,
    )


def _elsewhere(url: str | None) -> str | None:
    """The host of an address, where it is not this machine."""
    host = urlsplit(url or "").hostname
    return None if host is None or is_loopback(host) else host
