"""What is said to and heard from ONVIF cameras, and which of their profiles are main and sub stream. Pure."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit, urlunsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from shared.errors import Rejected

SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
_SCHEMA = "http://www.onvif.org/ver10/schema"
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_NETWORK = "http://www.onvif.org/ver10/network/wsdl"
_LONGEST = 1_000_000
_WIDEST_SUB_PX, _NARROWEST_SUB_PX = 1024, 320
_CODECS = {"H264": "h264", "H265": "hevc"}
_NAME_LONGEST = 32


@dataclass(frozen=True, slots=True)
class Profile:
    """One stream that a camera offers; `codec` is "h264", "hevc" or what the camera calls another one."""

    token: str
    codec: str
    width_px: int
    height_px: int
    fps: float

    @property
    def area_px(self) -> int:
        return self.width_px * self.height_px

    def __str__(self) -> str:
        return f"{self.codec} {self.width_px}x{self.height_px} at {self.fps:g}"


def probe(message: str) -> bytes:
    """The question to everybody: who is a camera? `message` is a UUID of this one."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}" xmlns:a="{_ADDRESSING}" '
        f'xmlns:d="{_DISCOVERY}" xmlns:n="{_NETWORK}"><s:Header><a:MessageID>uuid:{escape(message)}</a:MessageID>'
        f"<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To><a:Action>{_DISCOVERY}/Probe</a:Action></s:Header>"
        "<s:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
    ).encode()


def read_matches(data: bytes) -> tuple[str, ...]:
    """The device addresses in an answer to a probe; nothing for what is no such answer."""
    try:
        root = _read(data)
    except Rejected:
        return ()
    texts = [found.text or "" for found in root.iter(f"{{{_DISCOVERY}}}XAddrs")]
    return tuple(address for text in texts for address in text.split() if http_place(address))


def http_place(address: str) -> tuple[str, int, str] | None:
    """Host, port and path of an http address; None for anything else."""
    try:
        parts = urlsplit(address)
        port = parts.port or 80
    except ValueError:
        return None
    if parts.scheme != "http" or not parts.hostname or parts.username is not None:
        return None
    return parts.hostname, port, parts.path or "/"


def request(body: str, user: str, password: str, nonce: bytes, created: datetime) -> bytes:
    """A request, signed by WS-UsernameToken (the password's digest) where there is a user."""
    header = ""
    if user:
        at = f"{created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        # SHA-1 is what the standard asks for.
        digest = base64.b64encode(hashlib.sha1(nonce + at.encode() + password.encode()).digest()).decode()  # noqa: S324
        header = (
            f'<w:Security xmlns:w="{_WSSE}" s:mustUnderstand="1"><w:UsernameToken>'
            f"<w:Username>{escape(user)}</w:Username>"
            f'<w:Password Type="{_DIGEST}">{digest}</w:Password><w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>'
            f'<u:Created xmlns:u="{_WSU}">{at}</u:Created></w:UsernameToken></w:Security>'
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}"><s:Header>{header}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


GET_TIME = f'<GetSystemDateAndTime xmlns="{DEVICE}"/>'
GET_CAPABILITIES = f'<GetCapabilities xmlns="{DEVICE}"><Category>Media</Category></GetCapabilities>'
GET_PROFILES = f'<GetProfiles xmlns="{MEDIA}"/>'


def get_stream_uri(token: str) -> str:
    """The question for one profile's RTSP address."""
    return (
        f'<GetStreamUri xmlns="{MEDIA}"><StreamSetup><Stream xmlns="{_SCHEMA}">RTP-Unicast</Stream>'
        f'<Transport xmlns="{_SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>'
        f"<ProfileToken>{escape(token)}</ProfileToken></GetStreamUri>"
    )


def read_answer(data: bytes) -> ET.Element:
    """The answer's envelope; raises `Rejected` with the camera's own words for a fault."""
    root = _read(data)
    fault = root.find(f".//{{{SOAP}}}Fault")
    if fault is not None:
        subcodes = [found.text or "" for found in fault.iter(f"{{{SOAP}}}Value")]
        if any(code.endswith("NotAuthorized") for code in subcodes):
            raise Rejected("credentials", "the camera refuses them")
        reason = " ".join("".join(found.itertext()) for found in fault.iter(f"{{{SOAP}}}Text"))
        raise Rejected("camera", f"answers: {_plain(reason or ' '.join(subcodes))}")
    return root


def read_time(answer: ET.Element) -> datetime | None:
    """The camera's clock; None where it does not tell."""
    found = answer.find(f".//{{{_SCHEMA}}}UTCDateTime")
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (
            int(found.findtext(f"{{{_SCHEMA}}}{part}/{{{_SCHEMA}}}{name}") or "")
            for part, name in (
                ("Date", "Year"),
                ("Date", "Month"),
                ("Date", "Day"),
                ("Time", "Hour"),
                ("Time", "Minute"),
                ("Time", "Second"),
            )
        )
        return datetime(year, month, day, hour, minute, min(59, second), tzinfo=UTC)
    except ValueError:
        return None


def read_media_path(answer: ET.Element) -> tuple[int, str]:
    """Port and path of the media service; raises `Rejected` for a camera without one."""
    address = (answer.findtext(f".//{{{_SCHEMA}}}Media/{{{_SCHEMA}}}XAddr") or "").strip()
    found = http_place(address)
    if found is None:
        raise Rejected("camera", "offers no media service by http")
    return found[1], found[2]


def read_profiles(answer: ET.Element) -> tuple[Profile, ...]:
    """The streams that it offers, without those that say too little."""
    profiles = []
    for found in answer.iter(f"{{{MEDIA}}}Profiles"):
        encoder = found.find(f"{{{_SCHEMA}}}VideoEncoderConfiguration")
        if encoder is None:
            continue
        codec = (encoder.findtext(f"{{{_SCHEMA}}}Encoding") or "").strip()
        try:
            width, height = (
                int(encoder.findtext(f"{{{_SCHEMA}}}Resolution/{{{_SCHEMA}}}{side}") or "")
                for side in ("Width", "Height")
            )
            fps = float(encoder.findtext(f"{{{_SCHEMA}}}RateControl/{{{_SCHEMA}}}FrameRateLimit") or 0)
        except ValueError:
            continue
        token = found.get("token") or ""
        if token and width > 0 and height > 0:
            profiles.append(Profile(token, _CODECS.get(codec.upper(), _plain(codec)), width, height, fps))
    return tuple(profiles)


def read_stream_uri(answer: ET.Element, host: str) -> str:
    """The RTSP address, at the host that was asked, without credentials; raises `Rejected` where there is none."""
    text = (answer.findtext(f".//{{{_SCHEMA}}}Uri") or "").strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Rejected("camera", "gives no RTSP address") from None
    if parts.scheme not in {"rtsp", "rtsps"} or re.search(r"[\x00-\x20\x7f]", text):
        raise Rejected("camera", "gives no RTSP address")
    shown = f"[{host}]" if ":" in host else host
    place = shown if port is None else f"{shown}:{port}"
    return urlunsplit((parts.scheme, place, parts.path, parts.query, ""))


def choose(profiles: Sequence[Profile]) -> tuple[Profile, Profile | None]:
    """Main stream: the largest that can be recorded. Sub stream: a small one beside it, if there is any."""
    fit = [profile for profile in profiles if profile.codec in _CODECS.values()]
    if not fit:
        raise Rejected("camera", "offers neither H.264 nor H.265")
    main = max(fit, key=lambda one: (one.area_px, one.fps, one.codec == "h264"))
    small = [one for one in fit if one.area_px * 2 <= main.area_px and one.width_px <= _WIDEST_SUB_PX]
    # Enough to see motion by; browsers show H.264 without more ado.
    sub = max(
        small,
        key=lambda one: (one.width_px >= _NARROWEST_SUB_PX, one.codec == "h264", -abs(one.width_px - 640)),
        default=None,
    )
    return main, sub


def with_credentials(address: str, user: str, password: str) -> str:
    """The address as a node needs it."""
    if not user:
        return address
    scheme, rest = address.split("://", 1)
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"


def camera_name(host: str, port: int, taken: Sequence[str]) -> str:
    """A name for a camera that has none yet."""
    plain = re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")
    name = f"camera-{plain}"[:_NAME_LONGEST].rstrip("-")
    return name if name not in taken else f"{name[: _NAME_LONGEST - 6].rstrip('-')}-{port}"


def _read(data: bytes) -> ET.Element:
    """XML from the network: bounded, and without any declaration of entities."""
    if len(data) > _LONGEST or b"\x00" in data or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Rejected("camera", "answers what is no plain SOAP")
    try:
        # Without a DOCTYPE there are no entities to expand.
        return ET.fromstring(data)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError):
        raise Rejected("camera", "answers what is no plain SOAP") from None


def _plain(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text).strip()[:200]
