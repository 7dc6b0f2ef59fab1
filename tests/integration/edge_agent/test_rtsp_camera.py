"""A network camera over real sockets: copied byte for byte, back after it was away, and its password kept."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.camera_sink import MediaClock
from edge_agent.adapters.reach import reach_camera
from edge_agent.adapters.rtsp_camera import RtspCamera
from edge_agent.adapters.rtsp_session import RtspSession
from edge_agent.core.codec import nal_units
from edge_agent.core.media import Quality, StreamInfo
from edge_agent.core.timeline import EncodedPacket
from shared.camera_hosts import parse_hosts
from shared.errors import Rejected, Transient
from shared.source_url import parse_source
from tests.fakes.footage import packets
from tests.servers.rtsp import RtspServer

pytestmark = pytest.mark.integration
GIVEN = packets(40)


class Sink:
    """Keeps what it is given, and ends the source after `count` packets."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.stop = threading.Event()
        self.streams: list[StreamInfo] = []
        self.packets: list[EncodedPacket] = []
        self.sizes: set[tuple[int, ...]] = set()
        self.heard: Callable[[], None] = lambda: None

    def stream(self, _quality: Quality, info: StreamInfo) -> None:
        self.streams.append(info)

    def packet(self, _quality: Quality, packet: EncodedPacket) -> None:
        self.packets.append(packet)
        self.heard()
        if len(self.packets) >= self._count:
            self.stop.set()

    def luma(self, _pts_ms: int, luma: NDArray[np.uint8]) -> None:
        self.sizes.add(luma.shape)

    def sub_lost(self, reason: str, *, refused: bool) -> None:
        raise AssertionError((reason, refused))


@pytest.fixture
def server() -> Iterator[RtspServer]:
    camera = RtspServer(GIVEN, password="s3cret")
    yield camera
    camera.close()


def source(server: RtspServer, password: str = "s3cret") -> RtspCamera:
    url = f"rtsp://admin:{password}@127.0.0.1:{server.port}/live"
    return RtspCamera(parse_source(url), MediaClock(), 10)


def test_packets_are_copied_and_timed_by_their_arrival(server: RtspServer) -> None:
    sink = Sink(25)
    source(server).run(sink, sink.stop)
    seen = [list(nal_units(packet.data)) for packet in sink.packets]
    given = [list(nal_units(packet.data)) for packet in GIVEN]
    first = next(at for at, units in enumerate(given) if units[-1] == seen[0][-1])
    # FFmpeg drops access unit delimiters of RTP; every other unit is there, in order.
    assert [[u for u in units if u[0] & 31 != 9] for units in seen] == [
        [u for u in given[(first + at) % len(given)] if u[0] & 31 != 9] for at in range(len(seen))
    ]
    assert sink.packets[0].key
    gaps = [b.dts_ms - a.dts_ms for a, b in zip(sink.packets, sink.packets[1:], strict=False)]
    assert gaps == [100] * len(gaps)
    # Media time is the time of arrival: neither ahead by what was read at opening, nor far behind.
    assert -200 < time.time_ns() // 1_000_000 - sink.packets[-1].pts_ms < 3000
    assert sink.sizes == {(112, 192)}
    assert sink.streams[0].codec_string.startswith("avc1.")


def test_a_wrong_password_is_refused_and_not_told(server: RtspServer) -> None:
    sink = Sink(1)
    with pytest.raises(Rejected, match="credentials") as refused:
        source(server, "wr0ng").run(sink, sink.stop)
    assert "wr0ng" not in str(refused.value)
    assert "admin" not in str(refused.value)


def test_a_camera_that_goes_away_may_come_back(server: RtspServer) -> None:
    sink = Sink(10_000)
    sink.heard = lambda: server.drop_readers() if len(sink.packets) == 5 else None
    with pytest.raises(Transient):
        source(server).run(sink, sink.stop)
    again = Sink(5)
    source(server).run(again, again.stop)
    assert len(again.packets) >= 5


def test_nobody_there_is_transient(free_port: Callable[[], int]) -> None:
    sink = Sink(1)
    camera = RtspCamera(parse_source(f"rtsp://127.0.0.1:{free_port()}/live"), MediaClock(), 10)
    with pytest.raises(Transient, match=r"127\.0\.0\.1"):
        camera.run(sink, sink.stop)


def test_what_is_read_at_leisure_is_all_there_in_the_streams_own_time(server: RtspServer) -> None:
    url = f"rtsp://admin:s3cret@127.0.0.1:{server.port}/live"
    sink, asked = Sink(30), 0

    def at_leisure() -> bool:
        nonlocal asked
        asked += 1
        return True

    RtspSession(parse_source(url), "source", MediaClock(), 10).follow(sink, sink.stop, at_leisure=at_leisure)
    assert asked > 1
    given = [list(nal_units(one.data)) for one in GIVEN]
    taken = [list(nal_units(one.data)) for one in sink.packets]
    first = given.index(taken[0])
    assert taken == [given[(first + n) % len(given)] for n in range(len(taken))]
    times = [one.dts_ms for one in sink.packets]
    assert {later - sooner for sooner, later in pairwise(times)} == {100}


def test_the_main_stream_is_read_at_leisure_only_while_nobody_needs_it_now() -> None:
    clock, watched = MediaClock(), [False]
    main, sub = parse_source("rtsp://10.0.0.5/main"), parse_source("rtsp://10.0.0.5/sub")
    alone = RtspCamera(main, clock, 10, None, main_is_watched=lambda: watched[0])
    assert not alone._at_leisure()
    camera = RtspCamera(main, clock, 10, sub, main_is_watched=lambda: watched[0])
    assert not camera._at_leisure()  # motion is seen on it until the sub stream gives pictures
    assert camera._sub is not None
    assert camera._sub._part is not None
    camera._sub._part.choice.take_sub(clock.now_ms(), clock.now_ms())
    assert camera._at_leisure()
    watched[0] = True
    assert not camera._at_leisure()


class Elsewhere:
    """A camera that sends whoever asks on to another place, once."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            reader, _ = self._listener.accept()
            with reader:
                while request := reader.recv(4096):
                    number = re.search(rb"CSeq: (\d+)", request)
                    head = f"CSeq: {number[1].decode() if number else 0}\r\n"
                    asked = request.startswith(b"OPTIONS")
                    status = "200 OK" if asked else f"302 Found\r\nLocation: {self._place}"
                    reader.sendall(f"RTSP/1.0 {status}\r\n{head}\r\n".encode())

    def close(self) -> None:
        self._listener.close()
        self._thread.join(5)


def test_a_camera_may_send_on_to_a_place_of_its_own_host(server: RtspServer) -> None:
    camera, sink = Elsewhere(f"rtsp://admin:s3cret@127.0.0.1:{server.port}/live"), Sink(3)
    RtspCamera(parse_source(f"rtsp://127.0.0.1:{camera.port}/live"), MediaClock(), 10).run(sink, sink.stop)
    camera.close()
    assert len(sink.packets) >= 3


def test_a_camera_that_sends_on_to_another_host_is_not_followed() -> None:
    other = RtspServer(GIVEN, host="127.0.0.2")
    camera, sink = Elsewhere(f"rtsp://127.0.0.2:{other.port}/live"), Sink(1)
    with pytest.raises(Rejected, match=r"sends on to 127\.0\.0\.2"):
        RtspCamera(parse_source(f"rtsp://127.0.0.1:{camera.port}/live"), MediaClock(), 10).run(sink, sink.stop)
    assert sink.packets == []
    camera.close()
    other.close()


@pytest.mark.parametrize("hosts", [["10.0.0.0/8"], ["gate.local"]])
def test_a_host_that_may_not_be_a_camera_is_not_connected_to(server: RtspServer, hosts: list[str]) -> None:
    sink, source = Sink(1), parse_source(f"rtsp://localhost:{server.port}/live")
    with pytest.raises(Rejected, match="camera_hosts"):
        RtspCamera(source, MediaClock(), 10, hosts=parse_hosts(hosts)).run(sink, sink.stop)
    assert server.readers == []


def test_a_check_that_speaks_with_others_too_takes_none_of_them_for_the_cameras_doing(server: RtspServer) -> None:
    other = RtspServer(GIVEN, host="127.0.0.2")
    with socket.create_connection(("127.0.0.2", other.port)):  # as a broker, or the next camera
        found = reach_camera(f"rtsp://admin:s3cret@127.0.0.1:{server.port}/live")
    other.close()
    assert found.outcome == "reached", found
