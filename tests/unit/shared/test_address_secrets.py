"""Secrets of addresses: wherever a camera's maker puts them, they are found and not shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.address_secrets import hide_secrets, named_secrets, shown_path

WORD = st.text("abcXYZ019", min_size=4, max_size=12).map(lambda word: f"Q{word}")


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://10.0.0.5/user=admin&password=geheim12&channel=1",
        "rtsp://10.0.0.5:554/user=admin_password=geheim12_channel=1_stream=0.sdp?real_stream",
        "rtsp://10.0.0.5/channel=1_user=admin_password=geheim12",
        "rtsp://10.0.0.5/live?token=geheim12",
        "rtsp://admin:p@geheim12@10.0.0.5/",
        "rtsp://admin:p@geheim12/word@10.0.0.5/a",
        "rtsp://admin:ge/geheim12@10.0.0.5/a",
        "two: rtsp://10.0.0.4/a,rtsp://kim:geheim12@10.0.0.5/b",
    ],
)
def test_no_secret_of_an_address_is_left(text: str) -> None:
    assert "geheim12" not in hide_secrets(f"cannot open {text}: refused", "*")
    assert hide_secrets(text, "*").startswith(text.partition("://")[0])


def test_what_holds_no_secret_stays() -> None:
    for text in ("rtsp://10.0.0.5:554/live/main?channel=1", "mail to kim@site.example", "user=kim", "a//b@c"):
        assert hide_secrets(text, "*") == text
    assert shown_path("/cam/realmonitor") == "/cam/realmonitor"


@given(WORD, WORD, st.sampled_from("&_"))
def test_a_camera_that_takes_its_login_by_path_tells_nothing(user: str, password: str, between: str) -> None:
    path = f"/h264/user={user}{between}password={password}{between}channel=1{between}stream=0.sdp"
    assert shown_path(path) == "/h264/…"
    assert {user, password} <= set(named_secrets(path))
    hidden = hide_secrets(f"rtsp://10.0.0.5{path}", "*")
    assert user not in hidden
    assert password not in hidden


def test_a_written_secret_is_told_decoded_too() -> None:
    assert {"a%40b", "a@b"} <= set(named_secrets("/user=a%40b"))


def test_a_hostile_text_is_looked_through_at_once() -> None:
    for text in ("://" * 30_000, "_pass" * 20_000, "&" * 90_000, "/user=a_b=" * 9_000):
        hide_secrets(text, "*")
