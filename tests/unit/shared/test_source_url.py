"""Sources are read strictly, and credentials are never shown."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Rejected
from shared.source_url import credentials, parse_source, parse_sub_source


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("scene://yard?seed=7", "scene"),
        ("rtsp://10.0.0.5/stream1", "rtsp"),
        ("rtsps://user:pa%40ss@[fe80::1]:8554/a?b=c", "rtsp"),
        ("picamera://1", "picamera"),
        ("/media/film.mp4", "file"),
        ("film.mp4", "file"),
    ],
)
def test_what_is_a_source(text: str, kind: str) -> None:
    assert parse_source(text).kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://10.0.0.5/film.mp4",
        "concat:/etc/passwd|/etc/shadow",
        "file:///etc/passwd",
        "pipe:0",
        "picamera://10",
        "scene://moon",
        "scene://yard?seed=x",
        "scene:yard",
        "picamera://",
        "rtsp://",
        "rtsp:///path",
        "rtsp://ho st/x",
        "rtsp://host:99999/x",
        "film\n.mp4",
        "x" * 2001,
    ],
)
def test_what_is_none_names_the_field(text: str) -> None:
    with pytest.raises(Rejected, match=r"cameras\[0\]\.source"):
        parse_source(text, "cameras[0].source")


def test_credentials_are_not_shown() -> None:
    source = parse_source("rtsp://admin:s3cret@10.0.0.5:554/live?token=hidden")
    assert source.shown == "rtsp://10.0.0.5:554/live"
    assert "s3cret" in source.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://10.0.0.5/user=admin&password=geheim12&channel=1", "rtsp://10.0.0.5/…"),
        ("rtsp://10.0.0.5/a/user=admin_password=ge@im12.x_channel=1", "rtsp://10.0.0.5/…"),
        ("rtsp://admin:p@geheim12@10.0.0.5/a", "rtsp://10.0.0.5/a"),
        ("rtsp://10.0.0.5/one@2", "rtsp://10.0.0.5/…"),
    ],
)
def test_what_a_path_says_in_secret_is_not_shown(text: str, shown: str) -> None:
    assert parse_source(text).shown == shown


def test_credentials_are_found_in_the_path_too() -> None:
    text = "rtsp://kim:sword%40fish@10.0.0.5/user=admin_password=geheim12_channel=1?token=hidden"
    assert {"kim", "sword%40fish", "sword@fish", "admin", "geheim12", "hidden"} <= set(credentials(text))
    assert credentials("rtsp://10.0.0.5/live?channel=1") == ()


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://admin:p@ss/geheim12@10.0.0.5/a",
        "rtsp://admin:ge/geheim12@10.0.0.5/a",
        "rtsp://admin:12/geheim12@10.0.0.5/a",
        "rtsp://admin:12#geheim12@10.0.0.5/a",
        "rtsp://ss/geheim12@10.0.0.5/a",
        "rtsp://admin:geheim12]@10.0.0.5/a",
    ],
)
def test_a_password_that_ends_the_host_early_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(Rejected, match=r"written %2F|no host") as refused:
        parse_source(text)
    assert "geheim12" not in str(refused.value)


def test_a_sub_stream_is_rtsp_beside_rtsp() -> None:
    main = parse_source("rtsp://admin:s3cret@10.0.0.5/main")
    assert parse_sub_source("rtsp://admin:s3cret@10.0.0.5/sub", main).shown == "rtsp://10.0.0.5/sub"
    for text, beside in (
        ("film.mp4", main),
        ("http://10.0.0.5/sub", main),
        ("rtsp:///sub", main),
        ("small.mp4", parse_source("film.mp4")),
        ("rtsp://10.0.0.5/sub", parse_source("scene://yard")),
        ("rtsp://10.0.0.5/sub", parse_source("picamera://0")),
    ):
        with pytest.raises(Rejected) as refused:
            parse_sub_source(text, beside)
        assert refused.value.field == "sub_source"
        assert "s3cret" not in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Rejected):
        parse_source(text)
