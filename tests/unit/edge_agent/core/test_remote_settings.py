"""Settings from afar: what may be wanted, how it is laid over the node's own, and that no secret travels."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.remote_settings import overlay
from shared.errors import Rejected
from shared.wanted_settings import CAMERA_KEYS, NODE_KEYS

OWN: dict[str, Any] = {
    "node": "n1",
    "key_pem": "key",
    "upload": {"rate_bytes_s": 5, "held_bytes_max": 10_000_000},
    "cameras": [
        {
            "name": "gate",
            "source": "rtsp://kim:pass%20word@10.0.0.5:554/one",
            "sub_source": "rtsp://kim:pass%20word@10.0.0.5:554/two",
            "motion": {"sensitivity": 0.5, "masks": [[[0, 0], [1, 0], [1, 1]]]},
            "privacy": [{"polygon": [[0, 0], [0.5, 0], [0.5, 0.5]]}],
            "transcode": True,
        },
        {"name": "yard", "source": "scene://yard"},
    ],
}


def test_tables_are_merged_and_everything_else_is_replaced() -> None:
    before = deepcopy(OWN)
    wanted = {
        "upload": {"rate_bytes_s": 9},
        "cameras": {"gate": {"motion": {"masks": []}, "record": "motion"}},
    }
    fields = overlay(OWN, wanted)
    assert before == OWN
    assert fields["upload"] == {"rate_bytes_s": 9, "held_bytes_max": 10_000_000}
    assert fields["cameras"][0]["motion"] == {"sensitivity": 0.5, "masks": []}
    assert fields["cameras"][0]["record"] == "motion"
    assert fields["cameras"][1] == OWN["cameras"][1]
    assert overlay(OWN, {}) == OWN


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"broker": {"host": "elsewhere"}}, "broker"),
        ({"key_pem": "mine"}, "key_pem"),
        ({"data_dir": "/"}, "data_dir"),
        ({"server": {"listen": "0.0.0.0:80"}}, "server"),
        ({"commands": {"reboot": True}}, "commands"),
        ({"upload": 3}, "upload"),
        ({"cameras": []}, "cameras"),
        ({"cameras": {"roof": {}}}, "cameras.roof"),
        ({"cameras": {"gate": 1}}, "cameras.gate"),
        ({"cameras": {"gate": {"name": "other"}}}, "cameras.gate.name"),
        ({"cameras": {"gate": {"ring": {"bytes_max": 10_000_000}}}}, "cameras.gate.ring"),
        ({"cameras": {"gate": {"privacy": None}}}, "cameras.gate.privacy"),
        ({"cameras": {"gate": {"privacy": {"polygon": []}}}}, "cameras.gate.privacy"),
        ({"cameras": {"gate": {"source": 5}}}, "cameras.gate.source"),
        ({"cameras": {"gate": {"source": "/etc/passwd"}}}, "cameras.gate.source"),
        ({"cameras": {"gate": {"source": "file:///etc/passwd"}}}, "cameras.gate.source"),
        ({"cameras": {"gate": {"source": "rtsp://a:b@10.0.0.5/one"}}}, "cameras.gate.source"),
        ({"cameras": {"gate": {"source": "rtsp://10.0.0.5/one?password=b"}}}, "cameras.gate.source"),
        ({"cameras": {"gate": {"sub_source": "rtsp://a@10.0.0.5/one"}}}, "cameras.gate.sub_source"),
    ],
)
def test_what_may_not_be_wanted_is_named(wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as fault:
        overlay(OWN, wanted)
    assert fault.value.field == field


def test_a_password_stays_with_its_device() -> None:
    def source(text: str) -> str:
        return str(overlay(OWN, {"cameras": {"gate": {"source": text}}})["cameras"][0]["source"])

    assert source("rtsp://10.0.0.5:554/three?channel=2") == "rtsp://kim:pass%20word@10.0.0.5:554/three?channel=2"
    assert source("rtsp://10.0.0.6:554/three") == "rtsp://10.0.0.6:554/three"
    assert source("rtsp://10.0.0.5:8554/three") == "rtsp://10.0.0.5:8554/three"
    assert source("rtsps://10.0.0.5:554/three") == "rtsps://10.0.0.5:554/three"
    assert source("picamera://0") == "picamera://0"


def test_sound_is_switched_on_by_the_node_s_own_file_alone_and_for_one_source() -> None:
    own = deepcopy(OWN)
    own["cameras"][0]["audio"] = True
    for wanted in (True, False):
        with pytest.raises(Rejected) as fault:
            overlay(own, {"cameras": {"gate": {"audio": wanted}}})
        assert fault.value.field == "cameras.gate.audio"
    assert overlay(own, {"cameras": {"gate": {"record": "motion"}}})["cameras"][0]["audio"] is True
    same = {"source": "rtsp://10.0.0.5:554/one"}
    assert overlay(own, {"cameras": {"gate": same}})["cameras"][0]["audio"] is True
    other = {"source": "rtsp://10.0.0.6:554/one", "sub_source": None}
    assert overlay(own, {"cameras": {"gate": other}})["cameras"][0]["audio"] is False


def test_what_the_node_hides_stays_hidden_and_more_can_be() -> None:
    own = OWN["cameras"][0]["privacy"]
    more = {"polygon": [[0.5, 0.5], [1, 0.5], [1, 1]]}

    def hidden(camera: str, wanted: dict[str, Any]) -> Any:
        fields = overlay(OWN, {"cameras": {camera: wanted}})
        return next(found.get("privacy") for found in fields["cameras"] if found["name"] == camera)

    assert hidden("gate", {"privacy": []}) == own
    assert hidden("gate", {"privacy": [more]}) == [*own, more]
    assert hidden("gate", {"privacy": [more, *own]}) == [*own, more]
    assert hidden("gate", {"record": "motion"}) == own  # a later version without it takes back what came from afar
    assert hidden("yard", {"privacy": [more]}) == [more]
    assert len(own) == 1


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
CAMERA = st.dictionaries(st.sampled_from(sorted(CAMERA_KEYS)) | st.text(max_size=5), VALUES, max_size=4)
WANTED = st.dictionaries(st.sampled_from(sorted(NODE_KEYS)) | st.text(max_size=5), VALUES, max_size=3) | st.builds(
    lambda camera: {"cameras": {"gate": camera}}, CAMERA
)


@given(WANTED)
def test_whatever_is_wanted_only_what_may_be_changed_is(wanted: dict[str, Any]) -> None:
    try:
        fields = overlay(OWN, wanted)
    except Rejected:
        return
    assert {key: value for key, value in fields.items() if key not in NODE_KEYS} == {"node": "n1", "key_pem": "key"}
    assert [camera["name"] for camera in fields["cameras"]] == ["gate", "yard"]
    assert set(fields["cameras"][0]) - CAMERA_KEYS == {"name"}
    assert fields["cameras"][0]["privacy"][:1] == OWN["cameras"][0]["privacy"]
