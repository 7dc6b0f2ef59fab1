"""Wires the role enrich: language models that describe alarms and draft next steps."""

import asyncio
from urllib.parse import urlsplit

from controller.adapters.alarm_pictures import AlarmPictures
from controller.adapters.bell import MqttBell
from controller.adapters.chat_client import ChatClient
from controller.adapters.database import Database
from controller.adapters.enrichment_store import SqlEnrichments
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.lease_store import SqlLeaseStore, under
from controller.app.site import Site
from controller.app.stores import open_store
from controller.app.ways import model_door
from controller.core.enrichment import EnrichmentKind
from controller.core.lease import Term
from controller.flows.enrich import Enrich, Terms
from controller.flows.lead import lead
from controller.settings import read_secret
from shared.broker import Session
from shared.clock import SystemClock
from shared.errors import Rejected


async def run_enrich(site: Site, heart: Heartbeat) -> None:
    """Ask until cancelled; one process per site and kind does."""
    wanted = site.settings.enrich
    kinds: list[EnrichmentKind] = [kind for kind in ("describe", "draft") if getattr(wanted, kind)]
    if not kinds or wanted.url is None or wanted.model is None:
        raise Rejected("enrich", "neither describe nor draft is on")
    key = None if wanted.key_file is None else read_secret(wanted.key_file, "enrich.key_file")
    clock = SystemClock()
    database = Database(site.settings.database())
    session = Session(site.broker_address("enrich"))
    bell = MqttBell(session, clock, "feed")
    chat = ChatClient(wanted.url, wanted.model, key, wanted.timeout_s, model_door(site, database, clock))
    pictures = AlarmPictures(await open_store(site, database, clock), wanted.picture_width_px)
    terms = Terms(
        model=wanted.model,
        host=urlsplit(wanted.url).netloc,
        language=wanted.language,
        pictures=wanted.pictures,
        timeout_s=wanted.timeout_s,
        per_hour=wanted.per_hour,
        severities=wanted.severities,
    )
    holder = site.holder("enrich", supervised=heart.supervised)
    heart.ready()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(session.run(), name="broker session")
            for kind in kinds:
                term = Term(f"enrich-{kind}:{site.settings.site}", holder)
                store = SqlEnrichments(under(database, clock, term), clock)
                work = Enrich(kind, store, chat, pictures, bell, clock, terms)
                tasks.create_task(lead(SqlLeaseStore(database, clock), term, clock, work.run), name=kind)
    finally:
        await chat.close()
        await database.close()
