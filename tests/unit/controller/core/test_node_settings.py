"""Settings on their way to a broker that keeps them: no password in an address, not too large, plain JSON."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.node_settings import LONGEST_BYTES, check_settings, check_wanted
from shared.errors import Rejected

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text("ab:/ ?="),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=12,
)


def test_an_address_without_a_login_passes() -> None:
    check_settings({"cameras": {"gate": {"source": "rtsp://10.0.0.5/cam?channel=1&subtype=0", "masks": [[[0, 0.5]]]}}})


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"cameras": {"gate": {"source": "rtsp://kim:swordfish@10.0.0.5/one"}}}, "settings.cameras.gate.source"),
        ({"cameras": {"gate": {"sub_source": "RTSP://kim@10.0.0.5/one"}}}, "settings.cameras.gate.sub_source"),
        ({"list": ["plain", "rtsp://10.0.0.5/one?user=kim&password=x"]}, "settings.list[1]"),
        ({"upload": {"rate_bytes_s": float("nan")}}, "settings"),
        ({"upload": {"x": "a\0b"}}, "settings.upload.x"),
        ({"x": "y" * LONGEST_BYTES}, "settings"),
    ],
)
def test_what_must_not_be_kept_by_a_broker_is_named(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as fault:
        check_settings(settings)
    assert fault.value.field == field
    assert "swordfish" not in str(fault.value)


@given(st.dictionaries(st.text("abc"), JSON, max_size=4), st.text("abc.", min_size=1, max_size=8))
def test_a_login_is_found_at_any_depth(settings: dict[str, Any], host: str) -> None:
    check_settings(settings)
    with pytest.raises(Rejected):
        check_settings({"deep": [settings, {"one": [f"rtsp://u:p@{host}/x"]}]})


def test_what_nodes_take_from_afar_passes() -> None:
    check_wanted({})
    check_wanted(
        {"upload": {"rate_bytes_s": 9}, "cameras": {"gate": {"source": "rtsp://10.0.0.5/one", "sub_source": None}}}
    )


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"data_dir": "elsewhere"}, "settings.data_dir"),
        ({"broker": {"host": "evil.example"}}, "settings.broker"),
        ({"__proto__": {}}, "settings.__proto__"),
        ({"upload": {"rate_bytes": 9}}, "settings.upload.rate_bytes"),
        ({"clip": {"pre": 9}}, "settings.clip.pre"),
        ({"clip": 9}, "settings.clip"),
        ({"cameras": []}, "settings.cameras"),
        ({"cameras": {"gate": {"motion": {"sensitive": 1}}}}, "settings.cameras.gate.motion.sensitive"),
        ({"cameras": {"gate": {"overlay": "gate"}}}, "settings.cameras.gate.overlay"),
        ({"cameras": {"gate": "rtsp://10.0.0.5/one"}}, "settings.cameras.gate"),
        ({"cameras": {"gate": {"audio": True}}}, "settings.cameras.gate.audio"),
        ({"cameras": {"gate": {"source": 7}}}, "settings.cameras.gate.source"),
        ({"cameras": {"gate": {"source": "/etc/passwd.mp4"}}}, "settings.cameras.gate.source"),
        ({"cameras": {"gate": {"sub_source": "rtsp://169.254.169.254/"}}}, "settings.cameras.gate.sub_source"),
        ({"cameras": {"gate": {"source": "rtsp://[fe80::1]/"}}}, "settings.cameras.gate.source"),
        ({"cameras": {"gate": {"source": "gopher://10.0.0.5/"}}}, "settings.cameras.gate.source"),
    ],
)
def test_what_no_node_takes_from_afar_is_refused_at_once(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as fault:
        check_wanted(settings)
    assert fault.value.field == field


@given(st.dictionaries(st.sampled_from(["cameras", "clip", "x"]), JSON, max_size=3))
def test_whatever_is_wanted_is_taken_or_named(settings: dict[str, Any]) -> None:
    try:
        check_wanted(settings)
    except Rejected as fault:
        assert fault.field.startswith("settings")
