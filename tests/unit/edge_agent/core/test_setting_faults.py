"""Faults of a node's file are told in Korean too: those that the settings really raise."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from edge_agent.core.setting_faults import tell_fault
from edge_agent.settings import load_file, parse_settings
from shared.errors import Rejected

GOOD: Mapping[str, Any] = {
    "node": "n1",
    "site": "s1",
    "data_dir": "data",
    "controller_url": "http://127.0.0.1:8080",
    "broker": {"password": "word"},
    "key_pem": "key",
    "cameras": [{"name": "gate", "source": "scene://yard"}],
}
CAMERA: Mapping[str, Any] = GOOD["cameras"][0]
BAD: tuple[Mapping[str, Any], ...] = (
    {"colour": 1},
    {"node": 7},
    {"cameras": []},
    {"cameras": [CAMERA] * 17},
    {"cameras": [CAMERA, CAMERA]},
    {"cameras": "gate"},
    {"cameras": [{**CAMERA, "record": "sometimes"}]},
    {"cameras": [{**CAMERA, "record": "schedule"}]},
    {"cameras": [{**CAMERA, "transcode": "perhaps"}]},
    {"cameras": [{**CAMERA, "record": "schedule", "record_windows": ["daily 00:00-24:00"]}]},
    {"cameras": [{**CAMERA, "ring": {"bytes_max": 1}}]},
    {"cameras": [{**CAMERA, "motion": {"sensitivity": 2}}]},
    {"cameras": [{**CAMERA, "source": "films/../../outside.mp4"}]},
    {"broker": {"password": "word", "port": 70_000}},
    {"broker": {"password": "word", "port": "many"}},
    {"broker": {"password": "word", "tls": True}},
    {"broker": {"password": "word", "host": "a b"}},
    {"broker": {"password": "word", "password_file": "a"}},
    {"broker": 7},
    {"key_pem": None},
    {"key_file": "key"},
    {"ca_file": "a", "ca_pem": "b"},
    {"time_zone": "Asia/Seul"},
    {"data_dir": 7},
    {"clip": {"pre_s": "long"}},
    {"server": {"certificate": "c.pem"}},
    {"upload": {"windows": ["daily 20:00-06:00"]}},
    {"film_folders": ["a\0b"]},
    {"camera_hosts": ["10.0.0.1/8"]},
    {"cameras": [{"name": "gate", "source": "rtsp://169.254.169.254/a"}]},
)
HANGUL = re.compile("[가-힣]")


def fault_of(fields: Mapping[str, Any], folder: Path) -> Rejected:
    with pytest.raises(Rejected) as caught:
        parse_settings({**GOOD, **fields}, folder)
    return caught.value


@pytest.mark.parametrize("fields", BAD, ids=str)
def test_what_is_wrong_with_a_key_is_told_in_korean_and_the_key_stays(
    fields: Mapping[str, Any], tmp_path: Path
) -> None:
    fault = fault_of(fields, tmp_path)
    korean = tell_fault(fault, "ko")
    assert korean.startswith(f"{fault.field}: ")
    assert HANGUL.search(korean.removeprefix(f"{fault.field}: ")), fault
    assert tell_fault(fault, "en") == str(fault)


@pytest.mark.parametrize(
    "text",
    [None, b"", b"node", b"\xff", b"#" * 300_000, b'node = "x"', b"a=" + b"[" * 100_000, b"a=" + b"9" * 5_000],
    ids=lambda text: repr(text)[:20],
)
def test_a_file_that_is_missing_or_no_configuration_is_told_in_korean(text: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "n1.toml"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(Rejected) as caught:
        load_file(file)
    assert HANGUL.search(tell_fault(caught.value, "ko"))


def test_what_has_no_korean_stays_as_it_is_and_braces_are_no_places() -> None:
    assert tell_fault(Rejected("cameras[0].source", "has an odd port"), "ko") == "cameras[0].source: has an odd port"
    assert tell_fault(Rejected("--config", "/etc/{0}: No such file or directory"), "ko").endswith(
        "/etc/{0} 파일이 없습니다"
    )


def test_a_file_that_an_editor_on_windows_has_saved_is_read(tmp_path: Path) -> None:
    file = tmp_path / "n1.toml"
    file.write_bytes(b"\xef\xbb\xbfcolour = 1\r\n")
    with pytest.raises(Rejected, match=r"^(node: is missing|colour: is not a known key)"):
        load_file(file)


def test_a_device_that_never_ends_is_no_configuration() -> None:
    with pytest.raises(Rejected, match="larger than"):
        load_file(Path("/dev/zero"))
