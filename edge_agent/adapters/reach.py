"""Tries to reach what a node depends on, as the agent would, without taking its place anywhere."""

import os
import socket
import ssl
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import paho.mqtt.client as paho
from cryptography import x509
from numpy.typing import NDArray
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.adapters.camera_sink import MediaClock
from edge_agent.adapters.host_watch import HostWatch
from edge_agent.adapters.rtsp_session import RtspSession
from edge_agent.adapters.v4l2_camera import check_device
from edge_agent.core.checks import Reach
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.timeline import EncodedPacket
from shared.broker import BrokerAddress
from shared.camera_hosts import ANY_HOST, CameraHosts
from shared.errors import Rejected, Transient
from shared.source_url import Source, parse_source

_WAIT_S = 5.0
_CONNECT_UNKNOWN = bytes.fromhex("10 0d 00 04 4d 51 54 54 09 02 00 05 00 01 78")
"""CONNECT in MQTT's version 9: every broker that lets us speak refuses it, and nobody is logged in."""
_REFUSED = frozenset({"Not authorized", "Bad user name or password"})


def reach_broker(address: BrokerAddress) -> Reach:
    """See whether the broker takes this node's credential, beside the agent that may be logged in by it."""
    return _log_in(address) if address.identity is None else _show_certificate(address)


def _show_certificate(address: BrokerAddress) -> Reach:
    """Show the certificate, and ask for a protocol that does not exist.

    A broker that takes certificates gives the client id by the name in them: to log in would push the agent out.
    """
    try:
        context = address.context()
        if context is None:
            return Reach("untrusted", "speaks clear text")
        with (
            socket.create_connection((address.host, address.port), _WAIT_S) as plain,
            context.wrap_socket(plain, server_hostname=address.host) as secured,
        ):
            secured.sendall(_CONNECT_UNKNOWN)
            answer = secured.recv(1)
    except ssl.SSLCertVerificationError as fault:
        return Reach("untrusted", fault.verify_message or str(fault))
    except ssl.SSLError as fault:
        return Reach("refused", f"does not take this node's certificate ({fault.reason or fault})")
    except (OSError, ValueError) as fault:
        return Reach("away", getattr(fault, "strerror", None) or str(fault) or type(fault).__name__)
    if not answer:
        return Reach("refused", "does not take this node's certificate")
    return Reach("reached", "takes this node's certificate")


def _log_in(address: BrokerAddress) -> Reach:
    """Log in under another client id than the agent's, which would be thrown out; with its dots it is nobody else's."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"{address.client_id}.check.{os.getpid()}",
        protocol=paho.MQTTv311,
        reconnect_on_failure=False,
    )
    client.username_pw_set(address.username, address.password)
    answers: list[str] = []
    client.on_connect = lambda _c, _d, _f, reason, _p: answers.append(str(reason))
    client.connect_timeout = _WAIT_S
    try:
        if (context := address.context()) is not None:
            client.tls_set_context(context)
        client.connect(address.host, address.port, keepalive=10)
        until = time.monotonic() + _WAIT_S
        while not answers and time.monotonic() < until and client.loop(0.2) == paho.MQTT_ERR_SUCCESS:
            pass
        client.disconnect()
    except ssl.SSLError as fault:
        return Reach("untrusted", getattr(fault, "verify_message", "") or str(fault.reason or fault))
    except (OSError, ValueError) as fault:
        return Reach("away", getattr(fault, "strerror", None) or str(fault) or type(fault).__name__)
    if not answers:
        return Reach("away", "does not answer")
    if answers[0] == "Success":
        return Reach("reached", "takes this node's credential")
    return Reach("refused" if answers[0] in _REFUSED else "away", answers[0])


def reach_controller(url: str, ca_file: Path | None) -> Reach:
    """Ask the controller for anything at all."""
    try:
        context = _context(ca_file)
        with httpx.Client(verify=context, timeout=_WAIT_S, trust_env=False) as client:
            answer = client.get(url)
    except (httpx.TransportError, OSError, ValueError) as fault:
        cause: BaseException | None = fault
        while cause is not None:
            if isinstance(cause, ssl.SSLError):
                return Reach("untrusted", getattr(cause, "verify_message", "") or str(cause.reason or cause))
            cause = cause.__cause__ or cause.__context__
        return Reach("away", str(fault) or type(fault).__name__)
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Reach("refused", f"answers {answer.status_code}")
    return Reach("reached", "answers")


def server_certificate(url: str, ca_file: Path | None) -> tuple[datetime, datetime] | None:
    """When the controller's own certificate begins and ends; None where it has none or is not trusted."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        return None
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), _WAIT_S) as plain,
            _context(ca_file).wrap_socket(plain, server_hostname=parts.hostname) as secured,
        ):
            found = secured.getpeercert(binary_form=True)
    except (OSError, ValueError):
        return None
    if not found:
        return None
    loaded = x509.load_der_x509_certificate(found)
    return loaded.not_valid_before_utc, loaded.not_valid_after_utc


def authority_times(pem: bytes) -> tuple[datetime, datetime] | None:
    """When the shortest-lived of these certificates begins and ends; None for what is none."""
    try:
        loaded = x509.load_pem_x509_certificates(pem)
    except ValueError:
        return None
    first = min(loaded, key=lambda one: one.not_valid_after_utc)
    return first.not_valid_before_utc.astimezone(UTC), first.not_valid_after_utc.astimezone(UTC)


def reach_camera(text: str, field: str = "source", hosts: CameraHosts = ANY_HOST) -> Reach:
    """Open a camera's stream for a moment; a camera module is only looked for: one process alone may open it."""
    source = parse_source(text, field)
    match source.kind:
        case "scene":
            return Reach("reached", "is rendered")
        case "file":
            there = os.access(source.text, os.R_OK)
            return Reach("reached", "can be read") if there else Reach("missing", "is not there or cannot be read")
        case "picamera":
            return _reach_module(source.module.number if source.module else 0)
        case "v4l2":
            return _reach_device(source.device.path if source.device else "")
        case "rtsp":
            return _reach_stream(source, field, hosts)


def _reach_module(number: int) -> Reach:
    try:
        from picamera2 import Picamera2
    except ImportError as fault:
        return Reach("missing", f"python3-picamera2 cannot be loaded: {fault}")
    found = Picamera2.global_camera_info()
    if number >= len(found):
        return Reach("missing", f"{len(found)} camera modules are found")
    return Reach("reached", f"is {found[number].get('Model', 'there')}")


def _reach_device(path: str) -> Reach:
    """Looked for only: one process alone gets its pictures."""
    try:
        check_device(path)
    except Rejected as fault:
        return Reach("missing", fault.fault)
    may = os.access(path, os.R_OK | os.W_OK)
    return Reach("reached", "is there") if may else Reach("refused", "may not be opened: is the user in group 'video'?")


def _reach_stream(source: Source, field: str, hosts: CameraHosts) -> Reach:
    first = _First()
    try:
        watch = HostWatch(hosts, alone=False)
        RtspSession(source, field, MediaClock(), luma_per_s=1, hosts=watch).follow(first, first.stop)
    except Rejected as fault:
        return Reach("refused", fault.fault.removeprefix(f"{source.shown}: "))
    except Transient as fault:
        return Reach("away", str(fault).removeprefix(f"{source.shown}: "))
    return Reach("reached", first.seen)


class _First:
    """A sink that has seen enough when it has seen a stream."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.seen = ""

    def stream(self, _quality: Quality, info: StreamInfo) -> None:
        self.seen = f"gives {info.codec_string} {info.width_px}x{info.height_px}"

    def packet(self, _quality: Quality, _packet: EncodedPacket) -> None:
        self.stop.set()

    def luma(self, _pts_ms: int, _luma: NDArray[np.uint8]) -> None:
        self.stop.set()

    def sub_lost(self, _reason: str, *, refused: bool) -> None:
        """There is no sub stream here."""


def _context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=str(ca_file))
    return context
