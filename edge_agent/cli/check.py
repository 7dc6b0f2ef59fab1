"""`cctv-edge check`: what is wrong with this node, and what to do about it."""

import asyncio
import json
import locale
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from edge_agent.adapters import machine_facts
from edge_agent.adapters.board_signs import board_model, board_signs, camera_models
from edge_agent.adapters.camera_wire import NetworkOrder
from edge_agent.adapters.card_files import card_files
from edge_agent.adapters.config_file import ConfigFile
from edge_agent.adapters.detector_process import DetectorProcess
from edge_agent.adapters.detector_wire import DetectorOrder
from edge_agent.adapters.host import LinuxHost
from edge_agent.adapters.identity_file import IdentityFile
from edge_agent.adapters.ring_files import RingFiles
from edge_agent.adapters.sealed_key import tpm_fault
from edge_agent.adapters.time_server import TimeServer
from edge_agent.app.identity import Ways, ways_to_broker
from edge_agent.camera_settings import CameraSettings
from edge_agent.core import board_checks, checks
from edge_agent.core.board_expected import expected_of
from edge_agent.core.check_words import LEVELS, tell, words
from edge_agent.core.checks import Finding
from edge_agent.core.listen import Listen, parse_listen
from edge_agent.core.pi_board import board_of
from edge_agent.core.setting_faults import tell_fault
from edge_agent.core.status_words import Language, language_of
from edge_agent.flows.check_node import Check, check_node, has_trouble
from edge_agent.server_settings import ServerSettings
from edge_agent.settings import OwnFile, Settings, load_file
from shared.broker import BrokerAddress
from shared.camera_hosts import CameraHosts
from shared.clock import SystemClock
from shared.errors import Broken, Rejected
from shared.logs import configure_logs
from shared.server_certificate import server_context
from shared.source_url import parse_source

_BAD_INPUT = 2


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("check")(check)


def check(
    config: Annotated[Path, typer.Option("--config", help="The node's configuration (TOML).")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON; in English, unless a language is asked for.")
    ] = False,
    language: Annotated[
        Language | None, typer.Option("--language", help="ko or en; as this machine speaks where it is left out.")
    ] = None,
    settings_only: Annotated[
        bool, typer.Option("--settings-only", help="Only whether this version can read the configuration.")
    ] = False,
) -> None:
    """Look at disk, clock, power, board, certificates, broker, controller, cameras; 1 when something needs doing now.

    The agent may run meanwhile. A network camera's stream is opened once more for a moment.
    """
    configure_logs(level="ERROR", json_lines=False)  # to standard error: what is told here is told by the findings
    spoken = language or ("en" if as_json else _terminal())
    try:
        file = load_file(config)
        settings, said = _effective(file)
        settings.private_key_pem()
        settings.server_token()
    except Broken as fault:
        sys.stderr.write(f"cctv-edge check: {fault}\n")
        raise typer.Exit(1) from None
    except Rejected as fault:
        sys.stderr.write(f"cctv-edge check: {tell_fault(fault, spoken)}\n")
        raise typer.Exit(_BAD_INPUT) from None
    if settings_only:
        return
    with TemporaryDirectory() as scratch:
        ca_file = settings.ca_file
        if settings.ca_pem is not None:
            ca_file = Path(scratch) / "ca.pem"
            ca_file.write_text(settings.ca_pem, encoding="utf-8")
        try:
            ways = ways_to_broker(settings, IdentityFile(settings.data_dir).load(), ca_file)
        except Rejected as fault:
            sys.stderr.write(f"cctv-edge check: {tell_fault(fault, spoken)}\n")
            raise typer.Exit(_BAD_INPUT) from None
        found = [*said, *asyncio.run(check_node(list(_checks(settings, ways, ca_file))))]
    named: Language = "en" if as_json else spoken  # programs know a check by its name
    told = [
        Finding(tell(one.check, named), one.level, tell(one.says, spoken), tell(one.remedy, spoken)) for one in found
    ]
    if as_json:
        document = {"ok": not has_trouble(found), "findings": [asdict(finding) for finding in told]}
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    else:
        for finding in told:
            sys.stdout.write(f"{LEVELS[spoken][finding.level]} {finding.check}: {finding.says}\n")
            if finding.remedy:
                sys.stdout.write(f"{'':9} {finding.remedy}\n")
    if has_trouble(found):
        raise typer.Exit(1)


def _terminal() -> Language:
    try:
        return language_of(locale.setlocale(locale.LC_MESSAGES, ""))
    except locale.Error:  # it names one that this machine does not have
        return "en"


def _effective(file: OwnFile) -> tuple[Settings, Sequence[Finding]]:
    """The settings that run, the controller's among them, and what there is to say of that."""
    own = file.settings()
    book = ConfigFile(own.data_dir).load()
    said = [checks.configuration(book)]
    try:
        return file.settings(None if book.good is None else book.good.settings), said
    except Rejected:
        return own, said  # the agent leaves them too, and says why, at its next start


def _checks(settings: Settings, ways: Ways, ca_file: Path | None) -> Iterator[tuple[str, Check]]:
    yield "disk", partial(_disk, settings)
    yield "clock", _clock
    yield "site", partial(_site, settings)
    yield "machine", partial(_machine, settings)
    yield "board", partial(_board, settings)
    for which, file in (("the site's CA", ca_file), ("the broker's CA", settings.broker.ca_file)):
        if file is not None:
            yield f"certificate of {which}", partial(_authority, which, file)
    yield "key of this node", partial(_key, settings)
    yield "certificate of this node", partial(_identity, settings)
    for address in ways:
        yield "broker", partial(_broker, address)
    yield "controller", partial(_controller, settings.controller_url, ca_file)
    if (order := settings.detector.order()) is not None:
        yield "detector", partial(_detector, order)
        if order.kind == "hailo" and any(parse_source(camera.source).kind == "rtsp" for camera in settings.cameras):
            yield "confinement", lambda: [checks.detector_unconfined()]
    if (network := settings.detector.network()) is not None:
        yield "detector", partial(_network, network)
    for camera in settings.cameras:
        yield f"camera {camera.name}", partial(_camera, camera, settings.hosts)


def _disk(settings: Settings) -> Sequence[Finding]:
    folder = settings.data_dir
    disk = machine_facts.Disk(folder)
    rings = [(camera, RingFiles(folder, settings.camera(camera))) for camera in settings.cameras]
    free_bytes = machine_facts.free_bytes(folder)
    return [
        checks.file_system(disk.mount, read_only=disk.read_only),
        checks.data_folder(str(folder), machine_facts.write_fault(folder)),
        checks.disk_space(
            free_bytes,
            sum(ring.total_bytes() for _, ring in rings),
            sum(camera.ring.bytes_max for camera, _ in rings),
        ),
        checks.disk_speed(machine_facts.sync_times_ms(folder)),
        *(
            checks.ring_reach(
                camera.name,
                camera.ring.bytes_max,
                ring.total_bytes() + free_bytes // len(rings),
                *ring.rate(),
                camera.ring.minutes_min,
            )
            for camera, ring in rings
        ),
        checks.wear(disk.life_used_percent(), disk.written_bytes_day()),
    ]


def _machine(settings: Settings) -> Sequence[Finding]:
    signs = LinuxHost(settings.data_dir).signs()
    asks_firmware = board_model() is not None  # then the board's own check tells of power
    return [
        *([] if asks_firmware else [checks.power(signs.throttled_now, signs.throttled_ever)]),
        checks.temperature(signs.temperature_c),
        checks.confinement(machine_facts.confinement()),
        checks.memory(signs.memory_total_bytes - signs.memory_used_bytes, signs.memory_total_bytes),
    ]


def _board(settings: Settings) -> Sequence[Finding]:
    model = board_model()
    if model is None:
        return [board_checks.no_board()]
    try:
        board = board_of(model)
    except Rejected:
        return [board_checks.unknown_board(model)]
    expected = expected_of(board, card_files())
    if expected is None:
        return [board_checks.unknown_board(board.name)]
    return board_checks.compare(expected, board_signs(board, settings.data_dir), camera_models())


def _clock() -> Sequence[Finding]:
    state = TimeServer().state()
    return [checks.clock(None if state is None else float(state.bound_ms()))]


def _site(settings: Settings) -> Sequence[Finding]:
    found = [
        checks.time_zone(
            settings.time_zone, windows=any(c.record_windows or c.upload_windows for c in settings.cameras)
        ),
    ]
    if settings.server.listen is not None:
        place = parse_listen(settings.server.listen)
        fault = machine_facts.port_fault(place.host, place.port)
        runs = machine_facts.agent_runs(settings.data_dir)
        found.append(checks.server_port(settings.server.listen, fault, agent_runs=runs))
        found += _server_tls(settings.server, place)
    return found


def _server_tls(server: ServerSettings, place: Listen) -> Sequence[Finding]:
    if server.certificate is None or server.key is None:
        return [] if place.is_loopback else [checks.server_clear_text(f"{place.host}:{place.port}")]
    from edge_agent.adapters import reach  # FFmpeg and more: only this command needs it

    try:
        server_context(server.certificate, server.key)
    except Rejected as fault:
        return [checks.server_files(str(fault))]
    times = reach.authority_times(server.certificate.read_bytes())
    return [] if times is None else [checks.certificate("the node's server", *times, SystemClock().now())]


def _key(settings: Settings) -> Sequence[Finding]:
    return [checks.key_kept(settings.key_kept(), tpm_fault())]


def _identity(settings: Settings) -> Sequence[Finding]:
    """The node's own certificate, by which the broker knows it."""
    from edge_agent.adapters import reach  # FFmpeg and more: only this command needs it

    found = IdentityFile(settings.data_dir).load()
    times = None if found is None else reach.authority_times(found.certificate.encode())
    return [] if times is None else [checks.certificate("this node", *times, SystemClock().now())]


def _authority(which: str, file: Path) -> Sequence[Finding]:
    from edge_agent.adapters import reach  # FFmpeg and more: only this command needs it

    check = words("certificate of {which}", which=which)
    try:
        times = reach.authority_times(file.read_bytes())
    except OSError as fault:
        return [Finding(check, "trouble", f"{file}: {fault.strerror}", "Put the CA's certificate there.")]
    if times is None:
        return [Finding(check, "trouble", words("{file} holds no certificate", file=file.name), "Enrol the node anew.")]
    return [checks.certificate(which, *times, SystemClock().now())]


def _broker(address: BrokerAddress) -> Sequence[Finding]:
    from edge_agent.adapters import reach  # FFmpeg and more: only this command needs it

    return [checks.broker(f"{address.host}:{address.port}", reach.reach_broker(address))]


def _controller(url: str, ca_file: Path | None) -> Sequence[Finding]:
    from edge_agent.adapters import reach  # FFmpeg and more: only this command needs it

    found = [checks.controller(url, reach.reach_controller(url, ca_file))]
    if times := reach.server_certificate(url, ca_file):
        found.append(checks.certificate("the controller", *times, SystemClock().now()))
    return found


def _detector(order: DetectorOrder) -> Sequence[Finding]:
    detector = DetectorProcess(order, SystemClock())
    asyncio.run(detector.tried())
    return [checks.detector(order.model.name, detector.name, detector.error)]


def _network(order: NetworkOrder) -> Sequence[Finding]:
    from edge_agent.adapters.imx500 import look_at_network  # numpy and picamera2: only this command needs it

    return [checks.detector(order.model.name, *look_at_network(order))]


def _camera(camera: CameraSettings, hosts: CameraHosts) -> Sequence[Finding]:
    from edge_agent.adapters import reach  # FFmpeg and more: only this command needs it

    sources = [(camera.name, camera.source, "source")]
    if camera.sub_source is not None:
        sources.append((words("{camera} (sub stream)", camera=camera.name), camera.sub_source, "sub_source"))
    found = [
        checks.camera_source(name, parse_source(text, field).shown, reach.reach_camera(text, field, hosts))
        for name, text, field in sources
    ]
    return [*found, checks.camera_sound(camera.name)] if camera.audio else found
