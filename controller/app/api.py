"""Wires the role api: the one public port."""

import asyncio
import ssl
from functools import partial
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from controller.adapters.alarm_reads import AlarmReads
from controller.adapters.alarm_store import AlarmStore
from controller.adapters.answer_store import SqlAnswers
from controller.adapters.archive_store import SqlArchives
from controller.adapters.audit_store import SqlAudit
from controller.adapters.bell import MqttBell
from controller.adapters.broker_figures import BrokerFigures
from controller.adapters.camera_names import SqlCameraNames
from controller.adapters.clips import ClipCache
from controller.adapters.count_store import SqlCounts
from controller.adapters.database import Database
from controller.adapters.enrichment_store import SqlEnrichments
from controller.adapters.feature_store import SqlFeatures
from controller.adapters.feed import Feed
from controller.adapters.film_process import FilmProcesses
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.http_server import serve_http
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.key_store import SqlKeys
from controller.adapters.layout_store import SqlLayouts
from controller.adapters.maintenance_store import MaintenanceStore
from controller.adapters.mask_reads import SqlMasks
from controller.adapters.node_config_store import SqlNodeConfigs
from controller.adapters.node_footage import SqlNodeFootage
from controller.adapters.node_orders import MqttNodeOrders
from controller.adapters.own_processes import OwnProcesses
from controller.adapters.people_store import PeopleStore
from controller.adapters.piece_store import SqlPieceRuns
from controller.adapters.preview_strips import PreviewStrips
from controller.adapters.proof_store import SqlProof
from controller.adapters.qr import qr_path
from controller.adapters.queries import Queries
from controller.adapters.relay_link import RelayLink
from controller.adapters.release_shelf import ReleaseShelf
from controller.adapters.request_store import SqlRequestStore
from controller.adapters.review_store import ReviewStore
from controller.adapters.ring_link import RingLink
from controller.adapters.rule_store import RuleStore
from controller.adapters.seal import Seal
from controller.adapters.session_store import SqlSessions
from controller.adapters.sessions import Keyring
from controller.adapters.still_reads import SqlStills
from controller.adapters.timeline_store import SqlTimeline
from controller.adapters.trial_store import SqlTrialStore
from controller.adapters.trip_seal import TripSeal
from controller.adapters.unmask_store import SqlUnmasks
from controller.adapters.watch_jobs import SqlWatchJobs
from controller.api.auth import Guard
from controller.api.deps import Parts
from controller.api.live import WS_LIMITS
from controller.api.metrics import Metrics
from controller.api.server import build_api
from controller.app.admission import address_for_nodes, build_admission
from controller.app.archives import build_archives
from controller.app.audit import build_check
from controller.app.certificates import build_certificates
from controller.app.deletions import build_deletions
from controller.app.derived import build_derived
from controller.app.destinations import build_destinations
from controller.app.export_targets import export_targets
from controller.app.exports import build_exports
from controller.app.holds import build_holds
from controller.app.login import build_elsewhere, build_login
from controller.app.machine import build_machine
from controller.app.model_shelf import build_models
from controller.app.moves import build_moves
from controller.app.privacy import build_privacy
from controller.app.report import build_report
from controller.app.retention import build_retention
from controller.app.search import build_motion, build_search
from controller.app.site import Site
from controller.app.storage import tell_storage
from controller.app.stores import Objects, build_rooms, open_store
from controller.app.trouble_bounds import trouble_bounds
from controller.core.callers import callers
from controller.flows.count_viewers import Viewers
from controller.flows.follow import FeedFollower
from controller.flows.handle_alarms import HandleAlarms
from controller.flows.maintain import Maintain
from controller.flows.manage_keys import ManageKeys
from controller.flows.manage_layouts import ManageLayouts
from controller.flows.manage_people import ManagePeople
from controller.flows.manage_sessions import ManageSessions
from controller.flows.manage_targets import ManageTargets
from controller.flows.measure_load import MeasureLoad
from controller.flows.name_cameras import NameCameras
from controller.flows.note_listening import NoteListening
from controller.flows.note_views import NoteViews
from controller.flows.play_anywhere import PlayAnywhere
from controller.flows.play_pieces import PlayPieces
from controller.flows.playback import Playback
from controller.flows.preview import Preview
from controller.flows.put_rules import PutRules
from controller.flows.read_proof import ReadProof
from controller.flows.read_timeline import ReadTimeline
from controller.flows.request_footage import RequestFootage
from controller.flows.review import Review
from controller.flows.second_factor import SecondFactor
from controller.flows.still_pictures import StillPictures
from controller.flows.switch_features import SwitchFeatures
from controller.flows.tell_figures import TellFigures
from controller.flows.tend_nodes import NodeOrders, TendNodes
from controller.flows.try_rules import TryRules
from controller.flows.unmask import Unmask
from controller.flows.watch_objects import WatchObjects
from controller.flows.watch_system import WatchSystem
from controller.ports import Bell, MediaDoor
from shared.broker import Session
from shared.clock import Clock, SystemClock
from shared.ids import SiteId
from shared.messages import ZoneCountMessage
from shared.mint import uuid7
from shared.server_certificate import ServerCertificate
from shared.topics import ZONE_COUNT

DASHBOARD = Path(__file__).parent.parent / "web" / "dist"
_VERSION = version("sht-cctv")


def build_parts(
    site: Site,
    database: Database,
    objects: Objects,
    door: MediaDoor,
    bell: Bell,
    orders: NodeOrders,
    clock: Clock,
    broker: BrokerFigures | None = None,
) -> Parts:
    """Everything that the API serves with, from a site's settings."""
    settings = site.settings
    name = SiteId(settings.site)
    people, lasting = PeopleStore(database, clock), settings.login.lasting
    sessions = SqlSessions(database, clock, lasting, settings.login.second_factor, TripSeal(site.session_key()))
    keys = SqlKeys(database, clock, settings.login.second_factor, settings.oidc.keys_go_on)
    login, factors = build_login(site, database, clock)
    judging = SqlJudgingStore(database, clock, name, uuid7)
    processes = OwnProcesses(site.roles_file, site.model_file, settings.model)
    occurrences = AlarmReads(database)
    rules = PutRules(RuleStore(database, clock, name), bell, uuid7, processes, settings.anomaly.cameras)
    load, watches = MeasureLoad(occurrences, clock, settings.alarms.operators), SqlWatchJobs(database, clock)
    told = SqlCounts(database, clock, name), load, judging, watches, processes, clock, settings.site, _VERSION
    keyring, relay = Keyring(site.session_key(), clock), RelayLink(settings.relay.host, settings.relay.port)
    pieces = PlayPieces(SqlPieceRuns(database), objects)
    clips = site.data_dir / "cache" / "clips"
    films = FilmProcesses(clips)

    async def opened() -> Objects:
        return objects

    looked, certificates = WatchObjects(opened, clock), build_certificates(site, clock)
    viewers, storage = Viewers(), tell_storage(site, database, clock, objects=looked)
    audit = SqlAudit(database, clock)

    return Parts(
        site=settings.site,
        demo=settings.demo,
        time_zone=settings.notify.timezone,
        version=_VERSION,
        secure=settings.reached_secure,
        hsts_below=settings.tls.hsts_subdomains,
        guard=Guard(
            keyring,
            sessions,
            clock,
            lasting.longest,
            secure=settings.reached_secure,
            roles=settings.privacy.roles,
            keys=keys,
        ),
        keys=ManageKeys(keys, clock),
        sessions=ManageSessions(sessions),
        answers=SqlAnswers(database, clock, Seal(site.session_key(), b"answers")),
        login=login,
        elsewhere=build_elsewhere(site, database, clock),
        factor=SecondFactor(factors, login, qr_path, settings.site, settings.login.second_factor),
        people=ManagePeople(people, clock),
        reads=Queries(database),
        alarms=HandleAlarms(AlarmStore(database, clock), bell),
        occurrences=occurrences,
        load=load,
        maintenance=Maintain(MaintenanceStore(database, clock, name), bell, uuid7),
        rules=rules,
        admission=build_admission(site, database, clock),
        release_file=ReleaseShelf(site.releases_dir).file,
        address_for_nodes=partial(address_for_nodes, site),
        nodes=TendNodes(SqlNodeConfigs(database, clock), orders),
        playback=Playback(judging, objects, ClipCache(clips, objects, films.cut)),
        play=PlayAnywhere(
            pieces, SqlNodeFootage(database, clock), RingLink(relay, lambda: keyring.sign_service("api")), clock
        ),
        timeline=ReadTimeline(SqlTimeline(database, clock)),
        proof=ReadProof(SqlProof(database), clock, ZoneInfo(settings.notify.timezone)),
        storage=storage,
        retention=build_retention(site, database, clock, storage),
        moves=build_moves(site, database, clock),
        features=SwitchFeatures(SqlFeatures(database, clock)),
        enrichments=SqlEnrichments(database, clock),
        requests=RequestFootage(SqlRequestStore(database, clock), clock),
        review=Review(ReviewStore(database, clock, ZoneInfo(settings.notify.timezone)), clock),
        films=films,
        preview=Preview(pieces, PreviewStrips(films.strip)),
        search=build_search(site, database, clock),
        motion=build_motion(site, database, clock),
        report=build_report(site, database, clock),
        trials=TryRules(SqlTrialStore(database, clock, name), bell, clock, uuid7),
        exports=build_exports(site, database, clock),
        archives=build_archives(site, database, clock),
        export_targets=ManageTargets(export_targets(site, database, clock), clock),
        holds=build_holds(database, clock),
        layouts=ManageLayouts(SqlLayouts(database, clock)),
        camera_names=NameCameras(SqlCameraNames(database, clock)),
        models=build_models(site, database, clock, rules),
        stills=StillPictures(orders, SqlStills(database), objects, clock),
        masks=SqlMasks(database),
        viewers=viewers,
        audit=audit,
        audit_check=build_check(site, database, clock),
        views=NoteViews(audit, clock),
        listening=NoteListening(people, clock),
        deletions=build_deletions(site, database, clock),
        feed=FeedFollower(Feed(database), bell),
        system=WatchSystem(
            judging,
            processes,
            rules,
            watches,
            clock,
            trouble_bounds(settings.watch),
            looked,
            backups=SqlArchives(database, clock, ZoneInfo(settings.notify.timezone)),
            certificates=certificates,
        ),
        machine=build_machine(site, database, objects, processes, clock, broker),
        live=relay,
        derived=build_derived(site, keyring, clock),
        privacy=build_privacy(site, database, clock),
        unmask=Unmask(SqlUnmasks(database, clock, uuid7), clock),
        door=door,
        dashboard=DASHBOARD,
        metrics=Metrics(TellFigures(*told, viewers, certificates, build_rooms(site)), site.metrics_token()),
        notify=build_destinations(site, database, bell, clock),
        callers=callers(settings.listen.allow_from, settings.listen.proxies, settings.listen.origins),
        clock=clock,
    )


async def run_api(site: Site, heart: Heartbeat) -> None:
    """Serve until cancelled."""
    clock = SystemClock()
    database = Database(site.settings.database())
    session = Session(site.broker_address("api"))
    bell = MqttBell(session, clock, "feed")
    store = await open_store(site, database, clock)
    parts = build_parts(
        site, database, store, store, bell, MqttNodeOrders(session, clock), clock, BrokerFigures(session, clock)
    )

    async def counted(_levels: dict[str, str], message: ZoneCountMessage) -> None:
        parts.feed.pass_on("zone", message.model_dump(include={"camera", "zone", "judged_ms", "counts"}))

    session.listen(ZONE_COUNT, counted, site=site.settings.site)
    serving = _serve(site, parts, heart)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(session.run(), name="broker session")
            tasks.create_task(parts.feed.run(), name="feed")
            tasks.create_task(parts.views.run(), name="views")
            tasks.create_task(parts.unmask.run(), name="unmask")
            tasks.create_task(serving, name="serve")
            tasks.create_task(build_certificates(site, clock).run(), name="server certificate")
            if parts.system.objects is not None:
                tasks.create_task(parts.system.objects.run(), name="watch store")
    finally:
        await parts.views.flush()
        await parts.films.close()
        await parts.derived.live.close()
        await database.close()


async def _serve(site: Site, parts: Parts, heart: Heartbeat) -> None:
    listen, files = site.settings.listen, site.server_tls()
    tls = None if files is None else ServerCertificate(*files, ("tls.cert", "tls.key"), ssl.TLSVersion.TLSv1_3)
    await serve_http(build_api(parts), listen.host, listen.port, tls=tls, on_ready=heart.ready, limits=WS_LIMITS)
