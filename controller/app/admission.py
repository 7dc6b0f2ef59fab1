"""Wires the letting in of nodes, for the API and for the command line of a local site."""

import hashlib
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from controller.adapters.authority import CaFiles, SiteAuthority
from controller.adapters.broker_users import OthersBroker, mint_password
from controller.adapters.certificate_store import SqlCertificates
from controller.adapters.database import Database
from controller.adapters.invitation_store import SqlInvitations
from controller.adapters.node_store import NodeStore
from controller.adapters.seal import Seal
from controller.adapters.tcp_ports import own_addresses
from controller.app.site import Site
from controller.flows.admit import AdmitNodes, Doors
from controller.listen_settings import is_loopback
from shared.clock import Clock, SystemClock
from shared.enrolment import BrokerPlace
from shared.errors import Rejected
from shared.ids import SiteId
from shared.invitation_token import SECRET_BYTES
from shared.texts import say

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


def build_admission(site: Site, database: Database, clock: Clock) -> AdmitNodes:
    """Letting nodes in, as people and nodes see it."""
    return AdmitNodes(
        invitations=SqlInvitations(database, clock),
        certificates=SqlCertificates(database, clock),
        nodes=NodeStore(database, clock),
        authority=SiteAuthority(CaFiles(site.tls_dir, site.ca_seal_file)),
        broker=OthersBroker() if site.settings.broker.kind == "external" else site.users,
        sealing=Seal(site.session_key(), b"invitations"),
        doors=partial(_doors, site),
        make_secret=partial(secrets.token_bytes, SECRET_BYTES),
        make_password=mint_password,
        clock=clock,
    )


@asynccontextmanager
async def admitting(site: Site) -> AsyncIterator[AdmitNodes]:
    """The same on a database of its own."""
    database = Database(site.settings.database())
    try:
        yield build_admission(site, database, SystemClock())
    finally:
        await database.close()


def address_for_nodes(site: Site) -> str:
    """The controller's address as other machines may reach it: the settings' own, or one of this machine's."""
    settings = site.settings
    others = [one for one in own_addresses() if not is_loopback(one)]
    if settings.public_url is not None or settings.listen.host not in _EVERYWHERE or not others:
        return settings.base_url
    host = f"[{others[0]}]" if ":" in others[0] else others[0]
    return f"{urlsplit(settings.base_url).scheme}://{host}:{settings.listen.port}"


def _doors(site: Site) -> Doors:
    settings = site.settings
    if settings.broker.kind == "external" and site.node_port is None:
        raise Rejected("broker.node_port", say("enrol_broker_external"))
    by_certificate = site.node_port is not None
    broker_ca = site.broker_ca()
    broker = BrokerPlace(
        host=None if settings.broker.host in _EVERYWHERE else settings.broker.host,
        port=site.node_port or settings.broker.port,
        tls=broker_ca is not None,
        ca_pem=None if broker_ca is None else broker_ca.read_text(encoding="ascii"),
    )
    ca_file = _met_ca(site)
    ca_pem = None if ca_file is None else ca_file.read_text(encoding="ascii")
    ca_sha256 = None if ca_pem is None else hashlib.sha256(ssl.PEM_cert_to_DER_cert(ca_pem)).digest()
    return Doors(SiteId(settings.site), ca_sha256, ca_pem, broker, by_certificate)


def _met_ca(site: Site) -> Path | None:
    """The CA of the certificate that nodes meet, which is a proxy's where one is named; None: the system trusts it."""
    settings = site.settings
    if settings.public_url is not None and settings.listen.proxies:
        return settings.relay.ca_file
    return site.tls_dir / "ca.pem" if settings.secure and settings.tls.mode == "auto" else None
