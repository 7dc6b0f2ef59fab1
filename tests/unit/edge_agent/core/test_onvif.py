"""Reading what cameras say, and choosing among what they offer."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.onvif import (
    Profile,
    camera_name,
    choose,
    http_place,
    probe,
    read_answer,
    read_matches,
    read_media_path,
    read_profiles,
    read_stream_uri,
    read_time,
    request,
    with_credentials,
)
from shared.errors import Rejected
from shared.ids import parse_name
from shared.source_url import parse_source

AT = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def profile(token: str, codec: str, width: int, height: int, fps: float = 15) -> Profile:
    return Profile(token, codec, width, height, fps)


@pytest.mark.parametrize(
    ("offers", "main", "sub"),
    [
        ([profile("a", "h264", 1920, 1080), profile("b", "h264", 640, 360)], "a", "b"),
        ([profile("b", "h264", 640, 360), profile("a", "hevc", 2560, 1440)], "a", "b"),
        ([profile("a", "hevc", 1920, 1080), profile("b", "h264", 1920, 1080)], "b", None),
        ([profile("a", "h264", 1920, 1080, 30), profile("b", "h264", 1920, 1080)], "a", None),
        ([profile("a", "h264", 1920, 1080), profile("j", "jpeg", 640, 360)], "a", None),
        ([profile("a", "h264", 1920, 1080), profile("t", "h264", 176, 144), profile("s", "hevc", 704, 576)], "a", "s"),
        ([profile("a", "h264", 1920, 1080), profile("h", "hevc", 640, 360), profile("s", "h264", 704, 480)], "a", "s"),
        ([profile("a", "h264", 1280, 720), profile("s", "h264", 1280, 360)], "a", None),
    ],
)
def test_the_largest_is_recorded_and_a_small_one_watched(offers: list[Profile], main: str, sub: str | None) -> None:
    found = choose(offers)
    assert (found[0].token, found[1].token if found[1] else None) == (main, sub)


def test_a_camera_that_cannot_be_recorded_is_refused() -> None:
    for offers in ([], [profile("j", "jpeg", 640, 480)]):
        with pytest.raises(Rejected, match=r"neither H\.264 nor H\.265"):
            choose(offers)


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    "data",
    [b"", b"<a", b"\xff\xfe<\x00a\x00", BOMB, BOMB.decode().encode("utf-16"), b"<a>" + b" " * 1_000_001 + b"</a>"],
)
def test_what_is_no_plain_soap_is_refused(data: bytes) -> None:
    with pytest.raises(Rejected, match="no plain SOAP"):
        read_answer(data)
    assert read_matches(data) == ()


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_noise_is_refused_or_read_and_nothing_else(data: bytes) -> None:
    assert isinstance(read_matches(data), tuple)
    try:
        answer = read_answer(data)
    except Rejected:
        return
    assert read_time(answer) is None
    assert read_profiles(answer) == ()
    for read in (read_media_path, lambda found: read_stream_uri(found, "h")):
        with pytest.raises(Rejected):
            read(answer)


def answer(inside: str) -> bytes:
    return f'<a xmlns:tt="http://www.onvif.org/ver10/schema"><tt:MediaUri>{inside}</tt:MediaUri></a>'.encode()


@pytest.mark.parametrize(
    ("uri", "seen"),
    [
        ("rtsp://192.168.1.10:554/s1?x=1&amp;y=2", "rtsp://10.0.0.5:554/s1?x=1&y=2"),
        ("rtsp://admin:word@192.168.1.10/s1", "rtsp://10.0.0.5/s1"),
        ("rtsps://[fe80::1]:322/s1", "rtsps://10.0.0.5:322/s1"),
        ("http://192.168.1.10/s1", None),
        ("file:///etc/passwd", None),
        ("rtsp://h:99999/s1", None),
        ("rtsp://h/a&#10;b", None),
        ("", None),
    ],
)
def test_an_address_is_that_of_the_camera_that_was_asked(uri: str, seen: str | None) -> None:
    found = read_answer(answer(f"<tt:Uri>{uri}</tt:Uri>"))
    if seen is None:
        with pytest.raises(Rejected, match="no RTSP address"):
            read_stream_uri(found, "10.0.0.5")
        return
    assert read_stream_uri(found, "10.0.0.5") == seen


def test_credentials_of_any_kind_are_read_back_by_a_node() -> None:
    address = with_credentials("rtsp://10.0.0.5:554/s1", "the admin", "p@ss:w/rd#?ü")
    source = parse_source(address)
    assert source.shown == "rtsp://10.0.0.5:554/s1"
    assert with_credentials("rtsp://10.0.0.5/s1", "", "") == "rtsp://10.0.0.5/s1"


@given(user=st.text(min_size=1, max_size=20), password=st.text(max_size=20), message=st.text(max_size=20))
def test_what_is_sent_is_xml_whatever_the_user_is_called(user: str, password: str, message: str) -> None:
    for text in (user, password, message):
        if any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 or ord(sign) in {0xFFFE, 0xFFFF} for sign in text):
            return
    sent = request("<b/>", user, password, b"nonce", AT)
    read_answer(sent)
    read_answer(probe(message))


def test_a_password_is_sent_as_its_digest_alone() -> None:
    sent = request("<b/>", "admin", "secret-word", b"0123456789abcdef", AT).decode()
    assert "secret-word" not in sent
    assert "<u:Created" in sent
    assert "2026-11-21T07:00:00Z" in sent
    assert "Security" not in request("<b/>", "", "secret-word", b"", AT).decode()


@given(host=st.text(min_size=1, max_size=80), port=st.integers(1, 65535))
def test_every_camera_gets_a_name_that_settings_take(host: str, port: int) -> None:
    first = camera_name(host, port, [])
    second = camera_name(host, port, [first])
    assert parse_name("name", first) != parse_name("name", second)


@pytest.mark.parametrize("address", ["", "ftp://h/", "http://", "http://u:p@h/", "http://h:x/", "https://h/"])
def test_what_is_no_address_of_a_camera(address: str) -> None:
    assert http_place(address) is None


def test_an_address_in_parts() -> None:
    assert http_place("http://[fe80::1]:8000/onvif/x") == ("fe80::1", 8000, "/onvif/x")
    assert http_place("http://10.0.0.5") == ("10.0.0.5", 80, "/")
