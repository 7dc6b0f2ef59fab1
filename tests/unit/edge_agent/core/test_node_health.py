"""What is wrong with a node, and what of it is failure."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from edge_agent.core.detector_health import DetectorHealth
from edge_agent.core.media import CameraSigns
from edge_agent.core.node_health import CODES, troubles
from edge_agent.core.node_state import CameraReport, MachineReport, NodeState
from edge_agent.core.reconfigure import Book, Report, State
from edge_agent.core.shedding import ShedReport
from edge_agent.core.status_words import TROUBLES, WORDS, choose_language, tell
from edge_agent.core.uplink_share import UplinkReport
from shared.ids import CameraId
from shared.kinds import TAMPER_KINDS
from tests.fakes.edge import STREAM

SIGNS = CameraSigns(CameraId("n1.gate"), "rtsp", "live", STREAM, None, 40, 15.0, 2_000_000, 0, 0, 400, "")
MACHINE = MachineReport(10.0, 5.0, 100, 1000, 10**10, 40.0, (), ("under-voltage",))
SOUND = NodeState(
    node="n1",
    site="site",
    version="1.2.3",
    at_ms=0,
    broker_connected=True,
    controller_online=True,
    facts_waiting={},
    facts_oldest_s=0.0,
    uploads_waiting={},
    machine=MACHINE,
    cameras=(CameraReport(SIGNS, 1800.0, 10**9, 0, 0.0),),
)


def with_camera(**signs: Any) -> NodeState:
    return replace(SOUND, cameras=(SOUND.cameras[0], replace(SOUND.cameras[0], signs=replace(SIGNS, **signs))))


def with_machine(**parts: Any) -> NodeState:
    return replace(SOUND, machine=replace(MACHINE, **parts))


def test_a_sound_node_has_none() -> None:
    assert troubles(SOUND) == ()


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (with_camera(state="restarting", last_error="no route"), "camera_not_live"),
        (with_camera(state="refused"), "camera_not_live"),
        (with_camera(frame_age_ms=60_000), "camera_silent"),
        (with_camera(ring_unsynced_ms=9_000), "recording_stalled"),
        (with_camera(last_error="disk full: No space left on device"), "recording_error"),
        (with_machine(disk_free_bytes=1_000), "disk_full"),
    ],
)
def test_what_costs_footage_fails(state: NodeState, code: str) -> None:
    (found,) = troubles(state)
    assert (found.code, found.fails) == (code, True)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (replace(SOUND, broker_connected=False, controller_online=False), "broker_away"),
        (replace(SOUND, controller_online=False), "controller_away"),
        (replace(SOUND, facts_oldest_s=7200.0), "facts_old"),
        (replace(SOUND, uplink=UplinkReport(strained=False, live="small")), "line_thin"),
        (replace(SOUND, detector=DetectorHealth("refused", "is no model")), "detector_away"),
        (replace(SOUND, detector=DetectorHealth("restarting", "hung")), "detector_away"),
        (replace(SOUND, shed=ShedReport(("sub frame rate",), (), "84 °C")), "sub_shed"),
        (replace(SOUND, shed=ShedReport(("sub frame rate", "main frame rate"), ("preset",), "84 °C")), "main_shed"),
        (replace(SOUND, cameras=(replace(SOUND.cameras[0], tamper="covered"),)), "tampered"),
        (replace(SOUND, book=Book(report=Report(4, "rolled-back", "n1.gate is stalled"))), "settings_refused"),
        (replace(SOUND, book=Book(report=Report(4, "refused", "cameras"))), "settings_refused"),
        (with_machine(disk_free_bytes=200_000_000), "disk_low"),
        (with_machine(temperature_c=84.0), "hot"),
        (with_machine(certificate_days=29.0), "certificate_ends"),
        (with_machine(own_certificate_days=19.0), "own_certificate_ends"),
        (with_machine(throttled_now=("under-voltage",)), "power_weak"),
        (with_machine(throttled_now=("throttled",)), "slowed"),
    ],
)
def test_what_costs_none_is_told_and_fails_nothing(state: NodeState, code: str) -> None:
    (found,) = troubles(state)
    assert (found.code, found.fails) == (code, False)


@pytest.mark.parametrize("detector", [DetectorHealth(), DetectorHealth("starting"), DetectorHealth("ok")])
def test_a_detector_that_is_off_or_on_its_way_is_no_trouble(detector: DetectorHealth) -> None:
    assert troubles(replace(SOUND, detector=detector)) == ()


@pytest.mark.parametrize("book", [Book(), Book(report=Report(4, "applying")), Book(report=Report(4, "applied"))])
def test_settings_that_were_taken_or_are_tried_are_no_trouble(book: Book) -> None:
    assert troubles(replace(SOUND, book=book)) == ()


def test_failures_come_first() -> None:
    both = replace(with_camera(state="stalled"), broker_connected=False)
    assert [trouble.fails for trouble in troubles(both)] == [True, False]


def test_both_languages_say_everything() -> None:
    assert set(WORDS["ko"]) == set(WORDS["en"])
    for language in TROUBLES.values():
        assert set(language) == set(CODES)
    for words in WORDS.values():
        assert {*TAMPER_KINDS, *get_args(State)} <= set(words)
    (found,) = troubles(with_camera(state="refused", last_error="401"))
    assert tell(found, "ko").startswith("n1.gate: 카메라")
    assert tell(found, "en").endswith("(refused: 401)")


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("en", "ko", "en"),
        (None, "en-US,ko;q=0.5", "en"),
        (None, "fr, ko-KR", "ko"),
        (None, "", "ko"),
        ("xx", "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for(asked: str | None, accepted: str, language: str) -> None:
    assert choose_language(asked, accepted) == language
