"""A tiny RTSP camera: H.264, with G.711 if wanted, over RTP interleaved in TCP, with a password; for tests only."""

import base64
import contextlib
import socket
import struct
import threading
import time
from collections.abc import Sequence

from edge_agent.core.codec import nal_type, nal_units
from edge_agent.core.timeline import EncodedPacket

_MTU = 1200
_PARAMETER_SETS = {7, 8}


class RtspServer:
    """Serves `packets` in a loop, in real time, to any number of readers, until closed.

    `sound`: as long as the pictures, A-law at 8 kHz. `refuses_sound`: it is told of, and nobody gets it.
    """

    def __init__(
        self,
        packets: Sequence[EncodedPacket],
        password: str = "",
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        sound: bytes = b"",
        refuses_sound: bool = False,
    ) -> None:
        self._packets = packets
        self._sound = sound
        self._refuses_sound = refuses_sound
        self.sound_asked = 0
        self._password = password
        self._listener = socket.create_server((host, port))
        self.port: int = self._listener.getsockname()[1]
        self.readers: list[socket.socket] = []
        self.muted = threading.Event()
        self._listening: set[socket.socket] = set()
        self._closed = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """End all readers."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_readers()
        for thread in self._threads:
            thread.join(5)

    def drop_readers(self) -> None:
        """Cut the connections, as a camera that restarts does."""
        for reader in self.readers:
            with contextlib.suppress(OSError):
                reader.shutdown(socket.SHUT_RDWR)
            reader.close()
        self.readers.clear()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                reader, _address = self._listener.accept()
            except OSError:
                return
            self.readers.append(reader)
            self._threads.append(threading.Thread(target=self._serve, args=(reader,), daemon=True))
            self._threads[-1].start()

    def _serve(self, reader: socket.socket) -> None:
        buffer = b""
        with contextlib.suppress(OSError):
            while not self._closed.is_set():
                chunk = reader.recv(4096)
                if not chunk:
                    return
                buffer += chunk
                while b"\r\n\r\n" in buffer:
                    request, buffer = buffer.split(b"\r\n\r\n", 1)
                    self._answer(reader, request.decode("latin-1"))

    def _answer(self, reader: socket.socket, request: str) -> None:
        lines = request.split("\r\n")
        method = lines[0].split()[0]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        wanted = base64.b64encode(f"admin:{self._password}".encode()).decode()
        head = f"CSeq: {headers.get('cseq', '0')}\r\nSession: 1\r\n"
        if self._password and headers.get("authorization") != f"Basic {wanted}":
            self._send(reader, "401 Unauthorized", head + 'WWW-Authenticate: Basic realm="camera"\r\n')
        elif method == "DESCRIBE":
            sdp = self._sdp()
            self._send(reader, "200 OK", f"{head}Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n", sdp)
        elif method == "SETUP":
            track = 1 if "track2" in lines[0] else 0
            self.sound_asked += track
            if track and self._refuses_sound:
                self._send(reader, "404 Not Found", head)
                return
            places = f"{2 * track}-{2 * track + 1}"
            self._send(reader, "200 OK", head + f"Transport: RTP/AVP/TCP;unicast;interleaved={places}\r\n")
            if track:
                self._listening.add(reader)
        elif method == "PLAY":
            self._send(reader, "200 OK", head)
            self._threads.append(threading.Thread(target=self._play, args=(reader,), daemon=True))
            self._threads[-1].start()
        else:
            self._send(reader, "200 OK", head + "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n")

    def _send(self, reader: socket.socket, status: str, head: str, body: str = "") -> None:
        reader.sendall(f"RTSP/1.0 {status}\r\n{head}\r\n{body}".encode())

    def _sdp(self) -> str:
        units = nal_units(self._packets[0].data)
        sets = ",".join(base64.b64encode(one).decode() for one in units if nal_type("h264", one) in _PARAMETER_SETS)
        return (
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
            f"a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets={sets}\r\n"
            "a=control:track1\r\n"
        ) + ("m=audio 0 RTP/AVP 8\r\na=control:track2\r\n" if self._sound else "")

    def _play(self, reader: socket.socket) -> None:
        sequence, begun, first_ms = 0, time.monotonic(), self._packets[0].dts_ms
        length_ms = self._packets[-1].dts_ms - first_ms + self._packets[-1].duration_ms
        loop = 0
        with contextlib.suppress(OSError):
            while not self._closed.is_set():
                for packet in self._packets:
                    at_ms = packet.dts_ms - first_ms + loop * length_ms
                    while (wait_s := begun + at_ms / 1000 - time.monotonic()) > 0 and not self._closed.is_set():
                        time.sleep(min(wait_s, 0.05))
                    if self._closed.is_set():
                        return
                    if self.muted.is_set():
                        continue
                    for payload, last in _payloads(packet.data):
                        header = struct.pack(">BBHII", 0x80, 96 | (0x80 if last else 0), sequence, at_ms * 90, 7)
                        rtp = header + payload
                        reader.sendall(struct.pack(">cBH", b"$", 0, len(rtp)) + rtp)
                        sequence = (sequence + 1) & 0xFFFF
                    if reader in self._listening:
                        self._play_sound(reader, packet.dts_ms - first_ms, packet.duration_ms, loop * length_ms)
                loop += 1

    def _play_sound(self, reader: socket.socket, from_ms: int, for_ms: int, before_ms: int) -> None:
        """What belongs to one picture, in packets of 20 ms; its clock counts from elsewhere."""
        for at_ms in range(from_ms, from_ms + for_ms, 20):
            count = (before_ms + at_ms) // 20
            header = struct.pack(">BBHII", 0x80, 8, count & 0xFFFF, (7_000_000 + count * 160) & 0xFFFFFFFF, 8)
            rtp = header + self._sound[at_ms * 8 : at_ms * 8 + 160]
            reader.sendall(struct.pack(">cBH", b"$", 2, len(rtp)) + rtp)


def _payloads(data: bytes) -> list[tuple[bytes, bool]]:
    """Single NAL units, or FU-A pieces of large ones (RFC 6184)."""
    found: list[bytes] = []
    for unit in nal_units(data):
        if len(unit) <= _MTU:
            found.append(unit)
            continue
        body, kind = unit[1:], unit[0] & 0x1F
        pieces = [body[at : at + _MTU] for at in range(0, len(body), _MTU)]
        for number, piece in enumerate(pieces):
            edge = (0x80 if number == 0 else 0) | (0x40 if number == len(pieces) - 1 else 0)
            found.append(bytes([(unit[0] & 0xE0) | 28, edge | kind]) + piece)
    return [(payload, number == len(found) - 1) for number, payload in enumerate(found)]
