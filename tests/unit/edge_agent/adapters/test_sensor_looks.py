"""What a camera module's own sensor sees, told beside its pictures; whatever goes wrong, it records on."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge_agent.adapters.camera_sink import MediaClock
from edge_agent.adapters.camera_wire import NetworkOrder
from edge_agent.adapters.picamera import PiCamera
from edge_agent.adapters.sensor_looks import Sensing
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.sightings import Look
from shared.geometry import Polygon
from shared.module_streams import parse_module
from tests.fakes.module import camera_module
from tests.fakes.network_file import write_network
from tests.unit.edge_agent.adapters.test_imx500 import LEFT_OUT, SHAPES, TASK, YX, show
from tests.unit.edge_agent.adapters.test_picamera import ADDRESS, Sink

RIGHT_HALF: Polygon = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))

# Said by what picamera2 reads a network with.
pytestmark = pytest.mark.filterwarnings("ignore:The metaschema specified:DeprecationWarning")


class Heard:
    """Keeps what is told of the sensor; `enough` then ends the camera."""

    def __init__(self, camera: Sink, enough: Callable[["Heard"], bool]) -> None:
        self.told: list[tuple[str, str]] = []
        self.looks: list[Look] = []
        self._camera = camera
        self._enough = enough

    def network(self, name: str, fault: str) -> None:
        self.told.append((name, fault))
        self._end()

    def look(self, look: Look) -> None:
        self.looks.append(look)
        self._end()

    def _end(self) -> None:
        if self._enough(self):
            self._camera.stop.set()


@pytest.fixture
def board(tmp_path: Path) -> Path:
    path = tmp_path / "board"
    path.write_text("Raspberry Pi 5 Model B Rev 1.0\x00", encoding="utf-8")
    return path


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Path]:
    with camera_module(tmp_path) as folder:
        show(folder, SHAPES, YX + LEFT_OUT + [0.8, 0.3] + [0, 0])
        yield folder


def ran(
    board: Path,
    model: Path,
    enough: Callable[[Heard], bool] = lambda heard: len(heard.looks) >= 2,
    privacy: tuple[Polygon, ...] = (),
    pictures: int = 60,
) -> tuple[Sink, Heard]:
    sink = Sink(pictures)
    heard = Heard(sink, enough)
    sensing = Sensing(NetworkOrder(model, None, 0.5, 5.0), heard)
    PiCamera((parse_module(ADDRESS),), MediaClock(), 8, PictureRules(privacy), board, sensing).run(sink, sink.stop)
    return sink, heard


@pytest.mark.usefixtures("control")
def test_looks_come_beside_the_pictures_and_at_their_times(board: Path, tmp_path: Path) -> None:
    sink, heard = ran(board, write_network(tmp_path / "net.rpk", TASK))
    assert heard.told == [("imx500 net.rpk (2 classes)", "")]
    first, second = heard.looks[:2]
    assert [thing.name for thing in first.things] == ["person"]
    assert 180 <= second.pts_ms - first.pts_ms <= 220, "five a second, of fifteen pictures"
    times = {packet.pts_ms for packet in sink.packets["main"]}
    assert first.pts_ms in times


@pytest.mark.usefixtures("control")
def test_nobody_is_told_of_what_the_pictures_hide(board: Path, tmp_path: Path) -> None:
    _sink, heard = ran(board, write_network(tmp_path / "net.rpk", TASK), privacy=(RIGHT_HALF,))
    assert [look.things for look in heard.looks[:2]] == [(), ()]


def test_a_sensor_that_cannot_costs_no_picture_and_is_said_once(board: Path, tmp_path: Path, control: Path) -> None:
    sink, heard = ran(board, tmp_path / "none.rpk", lambda _heard: False, pictures=5)
    assert len(sink.packets["main"]) >= 5
    ((name, fault),) = heard.told
    assert (name, fault.endswith("none.rpk: No such file or directory")) == ("", True)
    show(control, [[8]], [0.0] * 8)
    sink, heard = ran(board, write_network(tmp_path / "net.rpk", TASK), lambda _heard: False, pictures=6)
    assert len(sink.packets["main"]) >= 6
    ((name, fault),) = heard.told
    assert (name, "boxes, scores and classes are needed" in fault) == ("", True)
    assert heard.looks == []


def test_another_sensor_records_and_says_that_it_cannot_look(board: Path, tmp_path: Path) -> None:
    with camera_module(tmp_path):
        sink, heard = ran(board, write_network(tmp_path / "net.rpk", TASK), lambda _heard: False, pictures=5)
    assert len(sink.packets["main"]) >= 5
    assert heard.told == [("", "kind: picamera://0 is ov5647, not an IMX500")]


def test_a_sensor_that_loads_its_network_is_given_time(board: Path, tmp_path: Path, control: Path) -> None:
    (control / "hang-0").write_text("quiet", encoding="utf-8")
    sink = Sink()
    sensing = Sensing(
        NetworkOrder(write_network(tmp_path / "net.rpk", TASK), None, 0.5, 2.0), Heard(sink, lambda _heard: False)
    )
    camera = PiCamera((parse_module(ADDRESS),), MediaClock(), 8, PictureRules(), board, sensing)
    thread = threading.Thread(target=camera.run, args=(sink, sink.stop), daemon=True)
    thread.start()
    thread.join(2.3)  # without a network it gives up after 2 s
    assert thread.is_alive()
    sink.stop.set()
    thread.join(5)
    assert not thread.is_alive()
