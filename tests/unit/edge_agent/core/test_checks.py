"""Every trouble that `cctv-edge check` knows, with a remedy; and that what is well is left in peace."""

from datetime import UTC, datetime, timedelta

import pytest

from edge_agent.core import checks
from edge_agent.core.checks import Finding, Reach

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DAY = timedelta(days=1)

TROUBLES = [
    checks.data_folder("/data", "Permission denied"),
    checks.file_system("/data", read_only=True),
    checks.disk_space(10_000_000, 0, 10**9),
    checks.ring_reach("gate", 100_000_000, 10**12, 100.0, 50_000_000, 30),
    checks.server_files("server.key: key.pem: No such file or directory"),
    checks.ring_reach("gate", 10**9, 44_000_000, 100.0, 50_000_000, 30),
    checks.disk_speed([3.0, 2_400.0]),
    checks.memory(10_000_000, 10**9),
    checks.time_zone(None, windows=True),
    checks.server_port("127.0.0.1:1", "Address already in use", agent_runs=False),
    checks.ring_reach("gate", 10**9, 10**12, 100.0, 50_000_000, 60),
    checks.clock(None),
    checks.power(("under-voltage",), ()),
    checks.temperature(82.0),
    checks.wear(100, None),
    checks.certificate("the site's CA", NOW - DAY, NOW, NOW),
    checks.certificate("the site's CA", NOW + DAY, NOW + 400 * DAY, NOW),
    checks.broker("h:1", Reach("away", "Connection refused")),
    checks.broker("h:1", Reach("refused", "Not authorized")),
    checks.broker("h:1", Reach("untrusted", "self-signed certificate")),
    checks.controller("https://h", Reach("away")),
    checks.controller("https://h", Reach("untrusted")),
    checks.controller("https://h", Reach("refused", "answers 503")),
    checks.camera_source("gate", "rtsp://h/1", Reach("away")),
    checks.camera_source("gate", "rtsp://h/1", Reach("refused")),
    checks.camera_source("gate", "film.mp4", Reach("missing")),
]
WARNINGS = [
    checks.server_clear_text("192.168.1.20:8880"),
    checks.detector("m.tflite", "", "was ended by SIGILL while its model was tried"),
    checks.disk_space(10**9, 0, 2 * 10**9),
    checks.clock(4_000.0),
    checks.disk_speed([600.0]),
    checks.memory(150_000_000, 10**9),
    checks.confinement("calls"),
    checks.confinement("no: a process cannot be confined on armv7l"),
    checks.detector_unconfined(),
    checks.time_zone(None, windows=False),
    checks.power((), ("throttled",)),
    checks.temperature(72.0),
    checks.wear(70, 10**9),
    checks.certificate("the site's CA", NOW - DAY, NOW + 29 * DAY, NOW),
]
SOUND = [
    checks.data_folder("/data", ""),
    checks.file_system("/data", read_only=False),
    checks.disk_space(2 * 10**9, 10**9, 2 * 10**9),
    checks.ring_reach("gate", 10**9, 10**12, 100.0, 50_000_000, 30),
    checks.clock(12.0),
    checks.disk_speed([3.0, 40.0]),
    checks.memory(5 * 10**8, 10**9),
    checks.time_zone("Asia/Seoul", windows=True),
    checks.server_port("127.0.0.1:1", "", agent_runs=False),
    checks.server_port("127.0.0.1:1", "Address already in use", agent_runs=True),
    checks.power((), ()),
    checks.temperature(50.0),
    checks.wear(10, 10**9),
    checks.certificate("the site's CA", NOW - DAY, NOW + 31 * DAY, NOW),
    checks.broker("h:1", Reach("reached")),
    checks.controller("https://h", Reach("reached")),
    checks.camera_source("gate", "scene://yard", Reach("reached", "is rendered")),
    checks.detector("m.tflite", "ai-edge-litert m.tflite (ssd, 90 classes)", ""),
]


@pytest.mark.parametrize("finding", TROUBLES, ids=lambda finding: finding.check)
def test_a_trouble_has_a_remedy(finding: Finding) -> None:
    assert finding.level == "trouble"
    assert finding.remedy.endswith(".")


@pytest.mark.parametrize("finding", WARNINGS, ids=lambda finding: finding.check)
def test_a_warning_has_one_too(finding: Finding) -> None:
    assert finding.level == "warning"
    assert finding.remedy.endswith(".")


@pytest.mark.parametrize("finding", SOUND, ids=lambda finding: finding.check)
def test_what_is_well_needs_nothing(finding: Finding) -> None:
    assert (finding.level, finding.remedy) == ("ok", "")


def test_what_cannot_be_known_is_said_to_be_unknown() -> None:
    unknown = [checks.ring_reach("gate", 10**9, 10**12, 0.0, 0, 30), checks.temperature(None), checks.wear(None, 10**9)]
    assert {finding.level for finding in unknown} == {"unknown"}


def test_the_remedy_of_a_short_ring_is_enough() -> None:
    told = checks.ring_reach("gate", 100_000_000, 10**12, 100.0, 50_000_000, 30).remedy
    needed = int(next(word.strip(",") for word in told.split() if word.strip(",").isdigit()))
    assert checks.ring_reach("gate", needed, 10**12, 100.0, 50_000_000, 30).level == "ok"


def test_a_ring_that_the_disk_is_too_small_for_is_told_as_that() -> None:
    told = checks.ring_reach("gate", 10**9, 44_000_000, 100.0, 50_000_000, 30)
    assert (told.level, "on the disk" in told.remedy) == ("trouble", True)
    assert told.says.startswith("reaches back 1 min")
