"""The node's way to the broker: by certificate where it has one that the broker takes, else by password."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from edge_agent.adapters.enrolment_client import EnrolmentClient
from edge_agent.adapters.identity_file import Identity, IdentityFile
from edge_agent.adapters.node_key import certificate_end, request_certificate
from edge_agent.flows.renew_certificate import CertificateRenewing
from edge_agent.settings import Settings
from shared.broker import BrokerAddress, Session
from shared.clock import Clock
from shared.errors import Rejected
from shared.messages import NodeStatus
from shared.node_token import sign_node_token
from shared.topics import STATUS

Ways = tuple[BrokerAddress, ...]


def ways_to_broker(settings: Settings, identity: Identity | None, ca_file: Path | None) -> Ways:
    """The best first; `Rejected` when the node has neither certificate nor password."""
    broker, key_pem = settings.broker, settings.private_key_pem()
    ways: list[BrokerAddress] = []
    if identity is not None and certificate_end(identity.certificate, key_pem) is not None and identity.broker:
        place = identity.broker
        ways.append(
            BrokerAddress(
                host=place.host or broker.host,
                port=place.port,
                client_id=settings.node,
                username=settings.node,
                password="",
                ca_file=None if place.ca_pem is not None else broker.ca_file or ca_file,
                ca_pem=place.ca_pem,
                identity=f"{identity.certificate}\n{key_pem}",
            )
        )
    password = settings.broker_password()
    if password is not None:
        ways.append(
            BrokerAddress(
                host=broker.host,
                port=broker.port,
                client_id=settings.node,
                username=broker.username or settings.node,
                password=password,
                ca_file=broker.ca_file or (ca_file if broker.tls else None),
            )
        )
    if not ways:
        raise Rejected("broker", "needs a password, or a certificate: enrol the node with `cctv-edge enroll`")
    return tuple(ways)


def own_end(settings: Settings, store: IdentityFile) -> datetime | None:
    """Until when the node's certificate is good; None: it has none for its key."""
    found = store.load()
    return None if found is None else certificate_end(found.certificate, settings.private_key_pem())


def open_broker(
    settings: Settings, store: IdentityFile, ca_file: Path | None, will: NodeStatus, clock: Clock
) -> tuple[Session, CertificateRenewing]:
    """The session, and what renews its certificate: a new one is used at once."""
    first, *others = ways_to_broker(settings, store.load(), ca_file)
    session = Session(first, (STATUS.topic(node=settings.node), STATUS.encode(will)), others)

    def took(identity: Identity) -> None:
        best, *rest = ways_to_broker(settings, identity, ca_file)
        session.become(best, rest)

    own = OwnCertificate(settings, store, ca_file, clock, took)
    return session, CertificateRenewing(own, clock, random.random)


class OwnCertificate:
    """`Certificates` of a node that is let in."""

    def __init__(
        self,
        settings: Settings,
        store: IdentityFile,
        ca_file: Path | None,
        clock: Clock,
        took: Callable[[Identity], None],
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._took = took
        self._ca_file = ca_file

    async def ends_at(self) -> datetime | None:
        return await asyncio.to_thread(own_end, self._settings, self._store)

    async def renew(self) -> None:
        key_pem, node = self._settings.private_key_pem(), self._settings.node_id
        if urlsplit(self._settings.controller_url).scheme != "https":
            raise Rejected("controller_url", "is clear text: the broker takes passwords there")
        ca_pem = None if self._ca_file is None else await asyncio.to_thread(self._ca_file.read_text, "ascii")
        client = EnrolmentClient(self._settings.controller_url.rstrip("/"), ca_pem)
        token = sign_node_token(node, key_pem, self._clock.now())
        answer = await client.renew(request_certificate(key_pem, node), token)
        if certificate_end(answer.certificate, key_pem) is None:
            raise Rejected("certificate", "is not for this node's key")
        identity = Identity(certificate=answer.certificate, broker=answer.broker)
        await asyncio.to_thread(self._store.save, identity)
        self._took(identity)
