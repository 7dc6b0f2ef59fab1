"""A small ONVIF camera on loopback: answers discovery and four questions by SOAP, checks digests; for tests only."""

import base64
import hashlib
import re
import socket
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:ter="http://www.onvif.org/ver10/error">'
    "<SOAP-ENV:Body>{}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
)
_NOT_AUTHORIZED = (
    "<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode>"
    "<SOAP-ENV:Value>ter:NotAuthorized</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason>"
    '<SOAP-ENV:Text xml:lang="en">Sender not authorized</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>'
)
_PROFILE = (
    '<trt:Profiles token="{token}" fixed="true"><tt:Name>{token}</tt:Name>'
    '<tt:VideoEncoderConfiguration token="e_{token}"><tt:Name>e</tt:Name><tt:UseCount>1</tt:UseCount>'
    "<tt:Encoding>{codec}</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height>"
    "</tt:Resolution><tt:Quality>4</tt:Quality><tt:RateControl><tt:FrameRateLimit>{fps}</tt:FrameRateLimit>"
    "<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl>"
    "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address>"
    "<tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
    "<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration></trt:Profiles>"
)
Offer = tuple[str, str, int, int, int]  # token, codec, width, height, pictures a second


class OnvifCamera:
    """Listens until closed; `ahead_s`: by how much its clock is wrong; `answer`: says this to everything instead."""

    def __init__(
        self,
        offers: tuple[Offer, ...],
        user: str = "",
        password: str = "",
        *,
        ahead_s: int = 0,
        answer: bytes | None = None,
    ) -> None:
        self.asked: list[str] = []
        self._offers, self._user, self._password = offers, user, password
        self._ahead, self._answer = timedelta(seconds=ahead_s), answer
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, text = camera._reply(body)
                self.send_response(status)
                self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_given: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._http.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/onvif/device_service"
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self.discovery: tuple[str, int] = self._udp.getsockname()
        self._threads = [threading.Thread(target=target) for target in (self._http.serve_forever, self._announce)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._http.shutdown()
        self._http.server_close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waking:
            waking.sendto(b"", self.discovery)
        for thread in self._threads:
            thread.join(5)
        self._udp.close()

    def _announce(self) -> None:
        while True:
            data, asker = self._udp.recvfrom(65_535)
            if not data:
                return
            if b"NetworkVideoTransmitter" in data:
                self._udp.sendto(b"not even XML", asker)
                self._udp.sendto(self._match(), asker)
                self._udp.sendto(self._match(), asker)  # cameras repeat themselves

    def _match(self) -> bytes:
        return (
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
            'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch>'
            f"<d:XAddrs>http://192.0.2.1/onvif/device_service {self.address}</d:XAddrs>"
            "</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
        ).encode()

    def _reply(self, body: str) -> tuple[int, bytes]:
        if self._answer is not None:
            return 200, self._answer
        found = re.search(r"Body[^>]*>\s*<(?:\w+:)?(\w+)", body)
        question = found[1] if found else ""
        self.asked.append(question)
        if question != "GetSystemDateAndTime" and not self._may(body):
            return 400, _ENVELOPE.format(_NOT_AUTHORIZED).encode()
        return 200, _ENVELOPE.format(self._say(question, body)).encode()

    def _say(self, question: str, body: str) -> str:
        match question:
            case "GetSystemDateAndTime":
                now = datetime.now(UTC) + self._ahead
                return (
                    "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
                    "<tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime><tt:Time>"
                    f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second>"
                    f"</tt:Time><tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month>"
                    f"<tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
                    "</tds:GetSystemDateAndTimeResponse>"
                )
            case "GetCapabilities":
                return (
                    "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media><tt:XAddr>"
                    f"http://192.0.2.1:{self.port}/onvif/media_service</tt:XAddr><tt:StreamingCapabilities/></tt:Media>"
                    "</tds:Capabilities></tds:GetCapabilitiesResponse>"
                )
            case "GetProfiles":
                keys = ("token", "codec", "width", "height", "fps")
                profiles = "".join(_PROFILE.format(**dict(zip(keys, offer, strict=True))) for offer in self._offers)
                return f"<trt:GetProfilesResponse>{profiles}</trt:GetProfilesResponse>"
            case "GetStreamUri":
                token = (re.search(r"ProfileToken>([^<]+)<", body) or ["", "?"])[1]
                return (
                    f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>rtsp://192.0.2.1:554/{token}?a=1&amp;b=2</tt:Uri>"
                    "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false"
                    "</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>"
                )
            case other:
                reason = f"<SOAP-ENV:Reason><SOAP-ENV:Text>{other}?</SOAP-ENV:Text></SOAP-ENV:Reason>"
                return f"<SOAP-ENV:Fault>{reason}</SOAP-ENV:Fault>"

    def _may(self, body: str) -> bool:
        """Whether the digest is right and of now, by this camera's clock."""
        if not self._user:
            return True
        parts = [
            re.search(rf"<(?:\w+:)?{name}(?: [^>]*)?>([^<]*)<", body)
            for name in ("Username", "Password", "Nonce", "Created")
        ]
        if None in parts:
            return False
        user, digest, nonce, created = (part[1] for part in parts if part is not None)
        told = datetime.fromisoformat(created)
        now = datetime.now(UTC) + self._ahead
        right = hashlib.sha1(base64.b64decode(nonce) + created.encode() + self._password.encode()).digest()  # noqa: S324
        return user == self._user and base64.b64decode(digest) == right and abs(now - told) < timedelta(seconds=30)
