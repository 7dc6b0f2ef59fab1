"""ONVIF cameras on the network: found by a multicast question, asked by SOAP for their streams."""

import os
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

import httpx

from edge_agent.core import onvif
from edge_agent.core.onvif import Profile, http_place
from shared.errors import Rejected, Transient
from shared.mint import uuid7

EVERYBODY = ("239.255.255.250", 3702)
_WAIT_S = 5.0
_LONGEST = 1_000_000
_DATAGRAM = 65_535
_CAMERAS_MAX = 256


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """A camera and its two streams, the addresses without credentials."""

    host: str
    port: int
    main: Profile
    main_uri: str
    sub: Profile | None
    sub_uri: str


def find_devices(wait_s: float, everybody: tuple[str, int] = EVERYBODY) -> tuple[str, ...]:
    """Ask the network who is a camera; the device addresses of those that answer in time. Raises `Transient`."""
    found: dict[str, None] = {}
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            asking.sendto(onvif.probe(uuid7()), everybody)
            until = time.monotonic() + wait_s
            while (left_s := until - time.monotonic()) > 0 and len(found) < _CAMERAS_MAX:
                asking.settimeout(left_s)
                try:
                    data, (host, _port) = asking.recvfrom(_DATAGRAM)
                except TimeoutError:
                    break
                # A camera may name several addresses: the one that it answers from can be reached.
                offered = [address for address in onvif.read_matches(data) if _host(address) == host]
                found.update(dict.fromkeys(offered[:1]))
    except OSError as fault:
        raise Transient(f"cannot ask the network for cameras: {fault.strerror or fault}") from None
    return tuple(found)


class OnvifDevice:
    """One camera at its device address; raises `Rejected` for an address that is none."""

    def __init__(self, address: str, user: str, password: str) -> None:
        place = http_place(address)
        if place is None:
            raise Rejected("--address", f"{address[:100]!r} is no http address of a camera")
        self.host, self.port, self._path = place
        self._user, self._password = user, password
        self._ahead = timedelta()  # the camera's clock against ours: digests carry its time

    def describe(self) -> FoundCamera:
        """Its two streams; raises `Rejected` (field `credentials` or `camera`) or `Transient`."""
        with httpx.Client(timeout=_WAIT_S, trust_env=False, follow_redirects=False) as client:
            self._learn_time(client)
            port, path = onvif.read_media_path(self._ask(client, self.port, self._path, onvif.GET_CAPABILITIES))
            main, sub = onvif.choose(onvif.read_profiles(self._ask(client, port, path, onvif.GET_PROFILES)))
            addresses = [
                "" if one is None else self._uri(self._ask(client, port, path, onvif.get_stream_uri(one.token)))
                for one in (main, sub)
            ]
        return FoundCamera(self.host, self.port, main, addresses[0], sub, addresses[1])

    def _uri(self, answer: Element) -> str:
        return onvif.read_stream_uri(answer, self.host)

    def _learn_time(self, client: httpx.Client) -> None:
        try:
            told = onvif.read_time(self._ask(client, self.port, self._path, onvif.GET_TIME, signed=False))
        except Rejected:
            return  # some want credentials even for that: their clock has to be right
        if told is not None:
            self._ahead = told - _now()

    def _ask(self, client: httpx.Client, port: int, path: str, body: str, *, signed: bool = True) -> Element:
        """Always asked at the host that we know, wherever the camera says that its services are."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = self._user if signed else ""
        content = onvif.request(body, user, self._password, os.urandom(16), _now() + self._ahead)
        http_login = httpx.DigestAuth(self._user, self._password) if user else None
        try:
            status, data = _post(client, f"http://{host}:{port}{path}", content, None)
            if status == httpx.codes.UNAUTHORIZED and http_login is not None:
                status, data = _post(client, f"http://{host}:{port}{path}", content, http_login)
        except (httpx.TransportError, httpx.InvalidURL) as fault:
            raise Transient(f"{self.host}: {str(fault) or type(fault).__name__}") from None
        if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise Rejected("credentials", "the camera refuses them")
        return onvif.read_answer(data)


def _post(client: httpx.Client, url: str, content: bytes, login: httpx.Auth | None) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
    with client.stream("POST", url, content=content, headers=headers, auth=login) as answer:
        data = bytearray()
        for chunk in answer.iter_bytes():
            data += chunk
            if len(data) > _LONGEST:
                raise Rejected("camera", "answers too much")
        return answer.status_code, bytes(data)


def _host(address: str) -> str:
    place = http_place(address)
    return "" if place is None else place[0]


def _now() -> datetime:
    return datetime.fromtimestamp(time.time_ns() // 1_000_000_000, UTC)
