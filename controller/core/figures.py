"""Which figures a monitor may read of the site, by what name and in which unit. Pure.

Invariants, held by tests/unit/controller/core/test_figures.py:
1. Every figure has a name of its own, in base units; one that ends in `_total` is a counter, every other a gauge.
2. What is read has the labels that the table promises, and no two samples of a figure have the same ones.
3. A counter is a number that the database never takes back: a restart of ours does not show in it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import get_args

from controller.core.alarm_load import Band
from controller.core.queues import PRIORITY, QueueLoad
from controller.core.site_counts import CameraCount, NodeCount, SiteCounts
from controller.core.watching import WatchState, state_of
from shared.kinds import OPEN_STATES, SEVERITIES

Sample = tuple[tuple[str, ...], float]

_QUEUES = tuple(name for name in PRIORITY if name != "watch")  # watched cameras are told of one by one
_RUNS = ("announced", "uploaded")
_CAMERAS = ("starting", "live", "stalled", "restarting", "refused")
_TASKS = ("ingest", "notify", "people", "outputs", "watch", "alarms", "sweep")
_ENDED = ("delivered", "failed", "dropped")
_ASKED = ("waiting", "done", "failed", "dropped")


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric: its name, what it says, by what its samples differ, and where they come from."""

    name: str
    says: str
    labels: tuple[str, ...]
    read: Callable[[SiteCounts], Iterable[Sample]]

    @property
    def counts(self) -> bool:
        """Whether it is a counter."""
        return self.name.endswith("_total")


def samples(site: SiteCounts) -> Iterator[tuple[Figure, tuple[Sample, ...]]]:
    """Every figure of the table with what it is now; one of which nothing is known has no samples."""
    for figure in FIGURES:
        yield figure, tuple(figure.read(site))


def p95(values: Iterable[float]) -> float | None:
    """Nearest rank; None of nothing."""
    ranked = sorted(values)
    return ranked[-(-len(ranked) * 95 // 100) - 1] if ranked else None


def _one(name: str, says: str, read: Callable[[SiteCounts], float | None]) -> Figure:
    def only(site: SiteCounts) -> Iterator[Sample]:
        value = read(site)
        if value is not None:
            yield (), float(value)

    return Figure(name, says, (), only)


def _by(name: str, says: str, label: str, read: Callable[[SiteCounts], Mapping[str, float]]) -> Figure:
    return Figure(name, says, (label,), lambda site: [((key,), float(value)) for key, value in read(site).items()])


def _of(names: Iterable[str], counted: Mapping[str, int]) -> dict[str, int]:
    """Every name, those that were not counted too, so that a figure does not come and go."""
    return {name: counted.get(name, 0) for name in names}


def _nodes(name: str, says: str, read: Callable[[NodeCount], float | None]) -> Figure:
    def known(site: SiteCounts) -> dict[str, float]:
        told = {one.node: read(one) for one in site.counts.nodes if one.state != "disabled"}
        return {node: value for node, value in told.items() if value is not None}

    return _by(name, says, "node", known)


def _cameras(name: str, says: str, read: Callable[[CameraCount], float | None]) -> Figure:
    def known(site: SiteCounts) -> dict[str, float]:
        told = {one.camera: read(one) for node in site.counts.nodes for one in node.cameras if node.state == "online"}
        return {camera: value for camera, value in told.items() if value is not None}

    return _by(name, says, "camera", known)


def _queues(name: str, says: str, read: Callable[[QueueLoad], float]) -> Figure:
    def each(site: SiteCounts) -> dict[str, float]:
        told: dict[str, float] = dict.fromkeys(_QUEUES, 0.0)
        for queue in site.jobs.queues:
            if queue.name in told:
                told[queue.name] = max(told[queue.name], read(queue))
        return told

    return _by(name, says, "priority", each)


def _jobs(site: SiteCounts) -> Iterator[Sample]:
    for name in _QUEUES:
        mine = [queue for queue in site.jobs.queues if queue.name == name]
        yield (name, "running"), sum(queue.running for queue in mine)
        yield (name, "waiting"), sum(queue.waiting for queue in mine)


def _drain(site: SiteCounts) -> float:
    return inf if site.jobs.drain_s is None else site.jobs.drain_s


def _open(site: SiteCounts) -> Iterator[Sample]:
    for severity in SEVERITIES:
        for state in OPEN_STATES:
            yield (severity, state), site.counts.open.get((severity, state), 0)


def _watch_states(site: SiteCounts) -> dict[str, int]:
    return _of(get_args(WatchState), Counter(state_of(one, site.now_ms) for one in site.watched))


def _lags(site: SiteCounts) -> dict[str, float]:
    return {one.camera: one.lag_ms / 1000 for one in site.watched if one.lag_ms is not None}


def _unwatched(site: SiteCounts) -> dict[str, float]:
    return {one.camera: max(0, site.now_ms - one.unwatched_since_ms) / 1000 for one in site.watched}


def _answers(site: SiteCounts) -> dict[str, float]:
    told = {"0.5": site.load.acknowledge_median_s, "0.95": site.load.acknowledge_p95_s}
    return {share: value for share, value in told.items() if value is not None}


def _questions(site: SiteCounts) -> Iterator[Sample]:
    for kind in ("describe", "draft"):
        for state in _ASKED:
            yield (kind, state), site.counts.questions_day.get((kind, state), 0)


_DAY = "of the last 24 hours"
FIGURES: tuple[Figure, ...] = (
    Figure(
        "cctv_site_info", "1; which site this is.", ("site", "version"), lambda site: [((site.site, site.version), 1.0)]
    ),
    _one("cctv_figures_taken_seconds", "When these figures were taken, Unix time.", lambda site: site.now_ms / 1000),
    _one("cctv_alarms_raised_total", "Numbers given to alarms, ever.", lambda site: site.counts.raised),
    Figure(
        "cctv_alarms_open",
        "Alarms that are not resolved; without those under maintenance.",
        ("severity", "state"),
        _open,
    ),
    _one(
        "cctv_alarms_suppressed",
        "Open alarms under maintenance, of which nobody is told.",
        lambda site: site.counts.suppressed,
    ),
    _one("cctv_alarms_shelved", "Open alarms that are shelved now.", lambda site: site.counts.shelved),
    _one("cctv_alarms_day", f"Alarms {_DAY}; without those under maintenance.", lambda site: site.load.alarms),
    _one(
        "cctv_alarms_per_10_minutes",
        f"Alarms in ten minutes for each operator, the mean {_DAY} (EEMUA 191: under 1).",
        lambda site: site.load.per_10_min,
    ),
    _one(
        "cctv_alarms_peak_10_minutes",
        f"The most alarms of any ten minutes {_DAY}, for each operator (ISA-18.2: at most 10).",
        lambda site: site.load.peak_10_min,
    ),
    _by(
        "cctv_alarms_band",
        "1 for what EEMUA 191 calls that mean.",
        "band",
        lambda site: {band: float(site.load.band == band) for band in get_args(Band)},
    ),
    _one(
        "cctv_alarms_flood_ratio",
        f"Share of the ten minutes {_DAY} with a flood: more than 10 alarms an operator.",
        lambda site: site.load.flood_percent / 100,
    ),
    _one("cctv_alarms_flooding", "1 while the last ten minutes are a flood.", lambda site: site.load.flooding),
    _one(
        "cctv_alarms_chattering",
        f"Sources with three or more occurrences in a minute {_DAY}.",
        lambda site: len(site.load.chattering),
    ),
    _one("cctv_alarms_stale", "Alarms that are open for more than 24 hours.", lambda site: len(site.load.stale)),
    _one(
        "cctv_alarms_top_ten_ratio",
        f"Share of the ten busiest sources in the alarms {_DAY}.",
        lambda site: site.load.contributors_percent / 100,
    ),
    _by(
        "cctv_alarms_assessed",
        f"Alarms {_DAY} by what people found; open: nobody has said.",
        "assessment",
        lambda site: dict(site.load.assessments),
    ),
    _one("cctv_alarms_escalated", f"Alarms {_DAY} that were passed up.", lambda site: site.load.escalated),
    _by("cctv_alarms_acknowledge_seconds", f"From raising to acknowledging, {_DAY}.", "quantile", _answers),
    Figure("cctv_queue_jobs", "Intervals to judge; watched cameras are told apart.", ("priority", "state"), _jobs),
    _queues("cctv_queue_oldest_seconds", "For how long the oldest of them waits.", lambda queue: queue.oldest_s),
    _one(
        "cctv_queue_drain_seconds",
        "How long stored footage takes at its pace of five minutes; +Inf: none is judged.",
        _drain,
    ),
    _one(
        "cctv_queue_judged_5_minutes", "Stored intervals judged in the last five minutes.", lambda site: site.jobs.ended
    ),
    _one("cctv_queue_parked_day", f"Stored intervals given up {_DAY}.", lambda site: site.jobs.parked),
    _one(
        "cctv_workers_alive",
        "Workers that showed themselves in the last ten seconds.",
        lambda site: site.counts.workers,
    ),
    _one(
        "cctv_verification_degraded", "1 while verification is behind or down.", lambda site: site.verification != "ok"
    ),
    _one("cctv_verification_down", "1 while nobody verifies.", lambda site: site.verification == "down"),
    _by(
        "cctv_live_viewers",
        "Live streams that browsers have open.",
        "quality",
        lambda site: _of(("main", "sub", "sound"), site.viewers),
    ),
    Figure(
        "cctv_model_info",
        "1; a model that judges, and what runs it.",
        ("model", "sha256", "provider"),
        lambda site: [(model, 1.0) for model in site.models],
    ),
    _one(
        "cctv_backup_age_seconds",
        "Since the newest backup of the whole site; none of the last 31 days: no sample.",
        lambda site: site.counts.backup_age_s,
    ),
    _one(
        "cctv_backup_tried_age_seconds",
        "Since the newest of them that was put back on trial with every row the same.",
        lambda site: site.counts.tried_age_s,
    ),
    _by(
        "cctv_disk_free_bytes",
        "Free on this machine's disks: where the site's own data lies, and its stores, where they are folders.",
        "used",
        lambda site: site.free_bytes,
    ),
    _one(
        "cctv_scrub_wrong",
        "Stored recordings that are missing or have other bytes, as the slow reading of the store found them.",
        lambda site: site.counts.scrub_wrong,
    ),
    _one(
        "cctv_scrub_whole_age_seconds",
        "Since the slow reading of the store had read everything; not yet: no sample.",
        lambda site: site.counts.scrub_age_s,
    ),
    _by("cctv_watch_cameras", "Cameras that rules want judged all the time.", "state", _watch_states),
    _by("cctv_watch_lag_seconds", "Capture to judgement: the slowest frame of the last seconds.", "camera", _lags),
    _one(
        "cctv_watch_lag_p95_seconds",
        "The same over all of them, 95th percentile.",
        lambda site: p95(_lags(site).values()),
    ),
    _by("cctv_watch_unwatched_seconds", "Since when nothing of it is judged.", "camera", _unwatched),
    _by(
        "cctv_nodes",
        "Nodes that were let in; away: offline, or silent for 30 s.",
        "state",
        lambda site: _of(("online", "away", "disabled"), Counter(one.state for one in site.counts.nodes)),
    ),
    _nodes("cctv_nodes_online", "1 while the node answers.", lambda one: one.state == "online"),
    _nodes("cctv_nodes_silent_seconds", "Since its last word.", lambda one: one.silent_s),
    _nodes("cctv_nodes_outbox_facts", "Facts that it had not delivered, at its last word.", lambda one: one.facts),
    _nodes("cctv_nodes_outbox_oldest_seconds", "Age of the oldest of them then.", lambda one: one.oldest_s),
    _nodes("cctv_nodes_uploads_waiting", "Runs that it had not uploaded then.", lambda one: one.uploads),
    _nodes("cctv_nodes_uploads_waiting_bytes", "Bytes of these runs.", lambda one: one.uploads_bytes),
    _nodes(
        "cctv_nodes_certificate_left_seconds",
        "Until the newest certificate that the node was given ends; below zero: it ended.",
        lambda one: one.certificate_left_s,
    ),
    _by(
        "cctv_server_certificate_left_seconds",
        "Until a certificate of this server ends: of the public port, of the broker.",
        "used",
        lambda site: site.certificates,
    ),
    _nodes("cctv_nodes_disk_free_bytes", "Free where it records, at its last word.", lambda one: one.disk_free_bytes),
    _nodes(
        "cctv_nodes_clock_off_seconds", "How far its clock is off at most, either way.", lambda one: one.clock_off_s
    ),
    _nodes("cctv_nodes_temperature_celsius", "Of its processor, at its last word.", lambda one: one.temperature_c),
    _nodes("cctv_nodes_throttled", "1 while heat or voltage slow its board down.", lambda one: one.throttled),
    _cameras("cctv_camera_live", "1 while its pictures come; none while its node is away.", lambda one: one.live),
    _cameras(
        "cctv_camera_frame_age_seconds",
        "Age of its newest frame, at its node's last word.",
        lambda one: one.frame_age_s,
    ),
    _cameras("cctv_camera_ring_seconds", "How far back the node's ring reaches.", lambda one: one.ring_s),
    _cameras(
        "cctv_camera_ring_short", "1 while the ring cannot reach back as far as it must.", lambda one: one.ring_short
    ),
    _cameras(
        "cctv_camera_tampered",
        "1 while it is covered, blurred, moved, frozen or black.",
        lambda one: one.tampered != "",
    ),
    _by("cctv_cameras", "Cameras, as their nodes told last.", "state", lambda site: _of(_CAMERAS, site.counts.cameras)),
    _by("cctv_runs_waiting", "Runs on their way into the store.", "state", lambda site: _of(_RUNS, site.counts.runs)),
    _by(
        "cctv_channels",
        "Destinations of messages; dead: three tries in a row failed.",
        "state",
        lambda site: _of(("well", "dead", "off"), Counter(site.counts.channels.values())),
    ),
    _by(
        "cctv_channel_dead",
        "1 while nothing gets through to it.",
        "channel",
        lambda site: {name: float(state == "dead") for name, state in site.counts.channels.items()},
    ),
    _by(
        "cctv_messages",
        "Messages that are not delivered yet.",
        "state",
        lambda site: _of(("waiting", "sending"), site.counts.messages),
    ),
    _one("cctv_messages_oldest_seconds", "Age of the oldest of them.", lambda site: site.counts.messages_oldest_s),
    _by("cctv_messages_day", f"Receipts {_DAY}.", "outcome", lambda site: _of(_ENDED, site.counts.messages_day)),
    Figure("cctv_enrichments_day", f"Questions to language models about alarms {_DAY}.", ("kind", "state"), _questions),
    _by(
        "cctv_task_led",
        "1 while somebody does what one process of the site does at a time.",
        "task",
        lambda site: {task: float(led) for task, led in {**dict.fromkeys(_TASKS, False), **site.counts.led}.items()},
    ),
    _one(
        "cctv_audit_unsealed_seconds",
        "Age of the oldest entry of the audit that has no seal; 0: all have.",
        lambda site: site.counts.audit_waits_s,
    ),
    _one(
        "cctv_audit_head_seconds",
        "Since the newest day whose audit is signed was over.",
        lambda site: site.counts.audit_head_s or 0.0,
    ),
    _by(
        "cctv_role_up",
        "1 while a role of this machine runs.",
        "role",
        lambda site: {role.name: float(role.state == "running") for role in site.roles},
    ),
    _by(
        "cctv_role_restarts",
        "Its starts after the first, since its supervisor began.",
        "role",
        lambda site: {role.name: float(role.restarts) for role in site.roles},
    ),
)
