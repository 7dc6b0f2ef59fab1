"""The node's figures in Prometheus' words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from edge_agent.core.node_state import CameraReport, NodeState
from shared.kinds import MEDIA_CLASSES

CONTENT_TYPE = CONTENT_TYPE_LATEST
_STATES = ("starting", "live", "stalled", "restarting", "refused")
_KINDS = ("event", "run", "ledger", "tamper")

Sample = tuple[tuple[str, ...], float]


class _State(Collector):
    def __init__(self, state: NodeState, ended: Mapping[str, int]) -> None:
        self._state = state
        self._ended = ended

    def collect(self) -> Iterator[Metric]:
        yield from _of_node(self._state, self._ended)
        yield from _of_cameras(self._state.cameras)


def metrics_text(state: NodeState, ended: Mapping[str, int]) -> bytes:
    """One answer to a scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_State(state, ended))
    return generate_latest(registry)


def _of_node(state: NodeState, ended: Mapping[str, int]) -> Iterator[Metric]:
    machine = state.machine
    yield _gauge("cctv_node_info", "1; which node this is.", ("node", "site", "version"), [_info(state)])
    yield _one("cctv_node_broker_connected", "1 while the broker is there.", state.broker_connected)
    yield _one("cctv_node_controller_online", "1 while the controller listens.", state.controller_online)
    facts = [((kind,), float(state.facts_waiting.get(kind, 0))) for kind in _KINDS]
    yield _gauge("cctv_node_outbox_facts", "Facts that the controller has not acknowledged.", ("kind",), facts)
    yield _one("cctv_node_outbox_oldest_seconds", "Age of the oldest of them.", state.facts_oldest_s)
    waiting = {str(name): known for name, known in state.uploads_waiting.items()}
    counts = [((name,), float(waiting.get(name, (0, 0))[0])) for name in MEDIA_CLASSES]
    sizes = [((name,), float(waiting.get(name, (0, 0))[1])) for name in MEDIA_CLASSES]
    yield _gauge("cctv_node_uploads_waiting", "Runs that the store does not have yet.", ("class",), counts)
    yield _gauge("cctv_node_uploads_waiting_bytes", "Bytes of these runs.", ("class",), sizes)
    outcomes = [((name,), float(count)) for name, count in ended.items()]
    yield _counter("cctv_node_uploads", "Runs that are stored or were lost since the start.", ("outcome",), outcomes)
    uplink = state.uplink
    yield _one("cctv_node_uplink_strained", "1 while facts or live pictures come late.", uplink.strained)
    yield _one("cctv_node_uplink_live_small", "1 while views show small streams instead.", uplink.live == "small")
    yield _one("cctv_node_uplink_upload_limit_bytes", "Bytes a second for uploads; 0: any.", uplink.upload_bytes_s)
    yield _one("cctv_node_uplink_sent_bytes", "Bytes sent in the last second.", uplink.sent_bytes_s)
    yield _one("cctv_node_disk_free_bytes", "Free bytes under the data folder.", machine.disk_free_bytes)
    yield _one("cctv_node_memory_used_bytes", "Memory of the machine in use.", machine.memory_used_bytes)
    yield _one("cctv_node_memory_total_bytes", "Memory of the machine.", machine.memory_total_bytes)
    yield _one("cctv_node_cpu_percent", "How busy its processors are, of all of them.", machine.cpu_percent)
    yield _one("cctv_node_uptime_seconds", "For how long the machine has been up.", machine.uptime_s)
    if machine.temperature_c is not None:
        yield _one("cctv_node_temperature_celsius", "Its temperature.", machine.temperature_c)
    if machine.clock_off_ms is not None:
        yield _one("cctv_node_clock_off_seconds", "By how much its clock may be off.", machine.clock_off_ms / 1000)
    if machine.certificate_days is not None:
        days = machine.certificate_days
        yield _one("cctv_node_ca_certificate_days", "Until the first CA certificate that it holds ends.", days)
    if machine.own_certificate_days is not None:
        days = machine.own_certificate_days
        yield _one("cctv_node_certificate_days", "Until its own ends, by which the broker knows it.", days)
    throttled = [((flag,), 1.0) for flag in machine.throttled_now]
    yield _gauge("cctv_node_throttled", "1 while the board says so.", ("reason",), throttled)


def _of_cameras(cameras: Sequence[CameraReport]) -> Iterator[Metric]:
    label = ("camera",)
    states = [
        ((report.signs.camera, state), float(report.signs.state == state)) for report in cameras for state in _STATES
    ]
    yield _gauge("cctv_camera_state", "1 for the state that the camera is in.", ("camera", "state"), states)
    ages = [((r.signs.camera,), r.signs.frame_age_ms / 1000) for r in cameras if r.signs.frame_age_ms is not None]
    yield _gauge("cctv_camera_frame_age_seconds", "Age of its newest picture.", label, ages)

    def each(values: Iterable[float]) -> list[Sample]:
        return [((report.signs.camera,), float(value)) for report, value in zip(cameras, values, strict=True)]

    signs = [report.signs for report in cameras]
    recording = each(s.recording for s in signs)
    yield _gauge("cctv_camera_recording", "1 while it is to be recorded, by its schedule.", label, recording)
    yield _gauge("cctv_camera_fps", "Pictures a second.", label, each(s.measured_fps for s in signs))
    yield _gauge("cctv_camera_bitrate_bps", "Bits a second.", label, each(s.bitrate_bps for s in signs))
    yield _gauge("cctv_camera_motion", "How much moves, 0 to 1.", label, each(r.motion for r in cameras))
    yield _counter("cctv_camera_restarts", "Starts after the first.", label, each(s.restarts for s in signs))
    dropped = each(s.dropped_frames for s in signs)
    yield _counter("cctv_camera_dropped_packets", "Packets that were not recorded.", label, dropped)
    yield _gauge("cctv_camera_ring_seconds", "Footage in the ring.", label, each(r.ring_s for r in cameras))
    yield _gauge("cctv_camera_ring_bytes", "Bytes of it.", label, each(r.ring_bytes for r in cameras))
    unsynced = each(s.ring_unsynced_ms / 1000 for s in signs)
    yield _gauge("cctv_camera_ring_unsynced_seconds", "Recording that is not on the disk yet.", label, unsynced)
    held = each(r.held_bytes for r in cameras)
    yield _gauge("cctv_camera_held_bytes", "Footage kept for its upload.", label, held)


def _info(state: NodeState) -> Sample:
    return (state.node, state.site, state.version), 1.0


def _one(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=float(value))


def _gauge(name: str, says: str, labels: Sequence[str], samples: Iterable[Sample]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _counter(name: str, says: str, labels: Sequence[str], samples: Iterable[Sample]) -> Metric:
    family = CounterMetricFamily(name, says, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family
