"""Wires the role notify: third parties on MQTT, people by their destinations, troubles of the system as alarms."""

import asyncio
import itertools
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from controller.adapters.alarm_numbers import AlarmNumbers
from controller.adapters.alarm_reads import AlarmReads
from controller.adapters.bell import MqttBell
from controller.adapters.database import Database
from controller.adapters.delivery_store import SqlDeliveries
from controller.adapters.feed import Feed
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.job_queue import JobQueue
from controller.adapters.lease_store import SqlLeaseStore, under
from controller.adapters.led_wire import LedWire
from controller.adapters.message_pictures import MessagePictures
from controller.adapters.node_commands import MqttNodeCommands
from controller.adapters.output_store import SqlOutputs
from controller.adapters.own_processes import OwnProcesses
from controller.adapters.queries import Queries
from controller.adapters.rule_store import RuleStore
from controller.adapters.seal import Seal
from controller.adapters.senders import Senders
from controller.adapters.tend_store import SqlTendStore
from controller.adapters.watch_store import SqlWatchStore
from controller.app.own_troubles import own_troubles
from controller.app.site import Site
from controller.app.storage import tell_storage
from controller.app.stores import open_store
from controller.app.trouble_bounds import trouble_bounds
from controller.app.ways import home_door, ways_of
from controller.core.lease import Term
from controller.core.outputs import Output
from controller.core.records import SystemKind
from controller.core.tending import Patience
from controller.core.watch import Policy
from controller.flows.drive_outputs import DriveOutputs
from controller.flows.lead import lead
from controller.flows.notify import Notify
from controller.flows.tell_cameras import TellCameras
from controller.flows.tell_people import TellPeople
from controller.flows.tend_alarms import TendAlarms
from controller.flows.watch_alarms import WatchAlarms
from controller.flows.watch_objects import WatchObjects
from controller.flows.watch_system import WatchVerification
from controller.notify_settings import Output as OutputSettings
from controller.ports import Bell
from controller.watch_settings import (
    BackupFailing,
    CameraStalled,
    ChannelDead,
    NodeAway,
    NodeTrouble,
    StoreAway,
    StoreFilling,
    Unwatched,
    UpkeepTrouble,
    VerificationDegraded,
    Watch,
)
from shared.broker import Session
from shared.clock import Clock, SystemClock
from shared.ids import SiteId
from shared.mint import uuid7
from shared.topics import OUTPUT_SET

_STORE_MS = 600_000
"""Every stored run is looked at, and days pass slowly."""


async def run_notify(site: Site, heart: Heartbeat) -> None:
    """Tell until cancelled; one process per site does."""
    clock = SystemClock()
    database = Database(site.settings.database())
    session = Session(site.broker_address("notify"))
    bell, people_bell, floor_bell = (MqttBell(session, clock, "feed") for _ in range(3))
    holder = site.holder("notify", supervised=heart.supervised)
    term = Term(f"notify:{site.settings.site}", holder)
    led, wire = under(database, clock, term), LedWire(session, clock, term)
    notify = Notify(Feed(led), Queries(led), wire, bell, clock, site.settings.site)
    heart.ready()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(session.run(), name="broker session")
            tasks.create_task(lead(SqlLeaseStore(database, clock), term, clock, notify.run), name="notify")
            tasks.create_task(_people(site, database, people_bell, clock, holder), name="people")
            tasks.create_task(_drive(site, database, session, floor_bell, clock, holder), name="outputs")
            tasks.create_task(_watch(site, database, session, bell, clock, holder), name="watch")
            tasks.create_task(_tend_alarms(site, database, bell, clock, holder), name="tend alarms")
    finally:
        await database.close()


async def _people(site: Site, database: Database, bell: Bell, clock: Clock, holder: str) -> None:
    """Tell people while this process is the one that does."""
    settings = site.settings
    term = Term(f"people:{settings.site}", holder)
    led = under(database, clock, term)
    tell = TellPeople(
        Feed(led),
        SqlDeliveries(led, clock, uuid7, settings.privacy.roles),
        Senders(
            Seal(site.notify_key()), clock, settings.notify.timeout_s, ways_of(site, database, clock).doors("message")
        ),
        MessagePictures(Queries(database), lambda: open_store(site, database, clock)),
        bell,
        clock,
        settings.site,
        settings.base_url,
        ZoneInfo(settings.notify.timezone),
    )
    await lead(SqlLeaseStore(database, clock), term, clock, tell.run)


async def _drive(site: Site, database: Database, session: Session, bell: Bell, clock: Clock, holder: str) -> None:
    """Drive what is on the floor, and tell what is open at each camera, while this process is the one that does."""
    settings, connections = site.settings, itertools.count(1)
    term = Term(f"outputs:{settings.site}", holder)
    wire = LedWire(session, clock, term)
    seen = [0]

    async def connected() -> None:
        seen[0] = next(connections)

    drive = DriveOutputs(
        Queries(database),
        wire,
        bell,
        clock,
        settings.site,
        outputs_of(settings.output),
        settings.home_assistant.discovery,
        lambda: seen[0],
        RuleStore(database, clock, SiteId(settings.site)),
        SqlOutputs(under(database, clock, term), clock),
        home_door(site, database, clock),
    )
    cameras = TellCameras(Queries(database), AlarmReads(database), wire, clock, settings.site, lambda: seen[0])

    async def work() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(drive.run(), name="outputs")
            tasks.create_task(cameras.run(), name="cameras")

    session.on_connected(connected)
    session.subscribe(OUTPUT_SET.format(site=settings.site, output="+"), drive.switched)
    await lead(SqlLeaseStore(database, clock), term, clock, work)


def outputs_of(settings: Sequence[OutputSettings]) -> tuple[Output, ...]:
    """The outputs of the settings as core's values."""
    return tuple(
        Output(
            one.name, one.kind, one.min_severity, frozenset(one.rules), frozenset(one.cameras), round(one.hold_s * 1000)
        )
        for one in settings
    )


async def _watch(site: Site, database: Database, session: Session, bell: Bell, clock: Clock, holder: str) -> None:
    """Watch the system itself while this process is the one that does."""
    settings = site.settings
    term, wanted = Term(f"watch:{settings.site}", holder), policies(settings.watch)
    watch = WatchAlarms(
        SqlWatchStore(under(database, clock, term), clock, SiteId(settings.site), wanted, uuid7),
        WatchVerification(
            JobQueue(database, clock),
            OwnProcesses(site.roles_file, site.model_file, settings.model),
            SqlLeaseStore(database, clock),
        ),
        MqttNodeCommands(session, clock),
        bell,
        clock,
        wanted,
        trouble_bounds(settings.watch),
        lambda: session.connected,
        tell_storage(site, database, clock, kept_ms=_STORE_MS),
        WatchObjects(lambda: open_store(site, database, clock), clock),
        own_troubles(site, database, clock),
    )
    await lead(SqlLeaseStore(database, clock), term, clock, watch.run)


async def _tend_alarms(site: Site, database: Database, bell: Bell, clock: Clock, holder: str) -> None:
    """Tend alarms while this process is the one that does."""
    term, wanted = Term(f"alarms:{site.settings.site}", holder), site.settings.alarms
    led = under(database, clock, term)
    patience = Patience(wanted.escalate_after_s, wanted.escalation_levels)
    store = SqlTendStore(led, clock, SiteId(site.settings.site), patience)
    numbers = AlarmNumbers(led, SiteId(site.settings.site), site.alarm_number_file)
    await lead(SqlLeaseStore(database, clock), term, clock, TendAlarms(store, numbers, bell, clock).run)


def policies(watch: Watch) -> dict[SystemKind, Policy]:
    """The settings of each kind as core's values; what facts tell has no grace of its own."""
    return {
        "tamper": Policy(watch.tamper.on, watch.tamper.severity),
        "footage_lost": Policy(watch.footage_lost.on, watch.footage_lost.severity),
        "node_away": _policy(watch.node_away),
        "camera_stalled": _policy(watch.camera_stalled),
        "node_trouble": _policy(watch.node_trouble),
        "verification_degraded": _policy(watch.verification_degraded),
        "unwatched": _policy(watch.unwatched),
        "channel_dead": _policy(watch.channel_dead),
        "store_filling": _policy(watch.store_filling),
        "store_away": _policy(watch.store_away),
        "backup_failing": _policy(watch.backup_failing),
        "upkeep_trouble": _policy(watch.upkeep_trouble),
    }


def _policy(
    kind: NodeAway
    | CameraStalled
    | NodeTrouble
    | VerificationDegraded
    | Unwatched
    | ChannelDead
    | StoreFilling
    | StoreAway
    | BackupFailing
    | UpkeepTrouble,
) -> Policy:
    return Policy(kind.on, kind.severity, round(kind.grace_s * 1000))
