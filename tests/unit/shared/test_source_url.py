"""Sources are read strictly, and credentials are never shown."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Rejected
from shared.source_url import parse_source, parse_sub_source


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
