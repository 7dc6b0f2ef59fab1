"""Enrolling writes a file that the node takes, or says which camera it would not take."""

import tomllib
from pathlib import Path

import pytest

from controller.cli.node import parse_cameras
from controller.core.node_file import NodeCamera
from controller.flows.enrol import Enrolment, Place
from edge_agent.settings import parse_settings
from shared.errors import Rejected
from shared.ids import NodeId, SiteId

PLACE = Place(SiteId("site"), "https://controller:8443", "controller", 8883, "CA")


class Book:
    """Nodes and passwords in memory."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.passwords: dict[str, str] = {}

    async def enrolled(self, node: NodeId) -> bool:
        return node in self.keys

    async def enrol(self, node: NodeId, public_key_pem: str, who: str, invited_by_key: str | None = None) -> None:
        del who, invited_by_key
        self.keys[node] = public_key_pem

    def set(self, user: str, password: str) -> None:
        self.passwords[user] = password


def enrolment(book: Book) -> Enrolment:
    made = iter(range(1, 9))
    return Enrolment(book, book, lambda: ("PRIVATE", f"PUBLIC {next(made)}"), lambda: "password")


SOURCES = (
    ("rtsp://10.0.0.5/main", None), ("rtsp://u:p@10.0.0.5:554/main", "rtsps://10.0.0.5/sub"), ("picamera://0", None),
    ("scene://yard?seed=3", None), ("film.mp4", None), ("/films/a.mp4", None),
    ("http://10.0.0.5/film.mp4", None), ("file:///etc/passwd", None), ("rtsp://", None), ("rtsp://host:99999/x", None),
    ("scene://moon", None), ("scene://yard?seed=-1", None), ("picamera://10", None), ("", None), ("a\nb", None),
    ("x" * 2001, None), ("picamera://0", "rtsp://10.0.0.5/sub"), ("rtsp://10.0.0.5/main", "sub.mp4"),
    ("rtsp://169.254.169.254/", None), ("rtsp://[fe80::1]/", None), ("rtsp://0.0.0.0/", None),
    ("rtsp://224.0.0.1/", None),
    ("rtsp://10.0.0.5/main", "rtsp://10.0.0.5"), ("rtsp://10.0.0.5/main", "rtsp://169.254.169.254/"),
    ("rtsp://10.0.0.5/main", "rtsp://"), ("film.mp4", "film.mp4"),
)  # fmt: skip


@pytest.mark.parametrize(("source", "sub_source"), SOURCES)
async def test_what_is_written_is_what_the_node_takes(source: str, sub_source: str | None, tmp_path: Path) -> None:
    cameras = [{"name": "gate", "source": source} | ({} if sub_source is None else {"sub_source": sub_source})]
    fields = {"node": "n1", "site": "s", "data_dir": "d", "controller_url": "http://c", "key_pem": "k"}
    broker = {"password": "p"}
    try:
        given: dict[str, object] = {**fields, "broker": broker, "cameras": cameras, "film_folders": ["/films"]}
        wanted = parse_settings(given, tmp_path).cameras
    except Rejected:
        book = Book()
        with pytest.raises(Rejected) as caught:
            await enrolment(book).enrol("n1", (NodeCamera("gate", source, sub_source),), PLACE, "kim")
        assert "gate" in caught.value.field
        assert book.keys == book.passwords == {}, "nothing was changed"
        return
    text = await enrolment(Book()).enrol("n1", (NodeCamera("gate", source, sub_source),), PLACE, "kim")
    assert parse_settings(tomllib.loads(text), tmp_path).cameras == wanted


async def test_a_second_file_is_written_only_when_it_is_wanted() -> None:
    book = Book()
    enrol, camera = enrolment(book), (NodeCamera("gate", "picamera://0"),)
    await enrol.enrol("n1", camera, PLACE, "kim")
    with pytest.raises(Rejected, match=r"n1' is enrolled, and a new file makes its first one void: --renew"):
        await enrol.enrol("n1", camera, PLACE, "kim")
    assert book.keys == {"n1": "PUBLIC 1"}
    await enrol.enrol("n1", camera, PLACE, "kim", renew=True)
    assert book.keys["n1"] != "PUBLIC 1"


@pytest.mark.parametrize("count", [0, 17])
async def test_more_cameras_than_a_node_takes_are_refused(count: int) -> None:
    cameras = tuple(NodeCamera(f"c{n}", "picamera://0") for n in range(count))
    with pytest.raises(Rejected, match="1 to 16"):
        await enrolment(Book()).enrol("n1", cameras, PLACE, "kim")


def test_sub_streams_belong_to_their_cameras_by_name() -> None:
    given = ["gate=rtsp://h/1", "rtsp://h/2?a=b"]
    assert parse_cameras(given, ["gate=rtsp://h/3"]) == (
        NodeCamera("gate", "rtsp://h/1", "rtsp://h/3"),
        NodeCamera("camera-2", "rtsp://h/2?a=b"),
    )
    assert parse_cameras(["rtsp://h/1"], ["rtsp://h/3"]) == (NodeCamera("camera-1", "rtsp://h/1", "rtsp://h/3"),)
    for wrong in (["roof=rtsp://h/3"], ["gate=rtsp://h/3", "gate=rtsp://h/4"]):
        with pytest.raises(Rejected, match="--sub-source"):
            parse_cameras(given, wrong)
