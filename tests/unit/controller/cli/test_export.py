"""The command line of exports and holds: lines in two languages, and the check that needs no site."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from controller.adapters.checked_file import CheckedFile
from controller.adapters.export_folder import ExportFolder
from controller.cli import app
from controller.cli.export import detail_lines, line_of
from controller.cli.hold import line_of as hold_line
from controller.core.export import Made, Plan, Record
from controller.core.export_manifest import BLOCK_BYTES, manifest
from tests.builders import T0

SPAN = {"camera": "gate.yard", "start_ms": T0, "end_ms": T0 + 90_000}
EXPORT = {
    "id": "7", "spans": [SPAN], "alarms": [], "why": "", "who": "kim", "state": "running", "reason": "",
    "bytes_total": 200, "bytes_done": 50,
}  # fmt: skip


def test_lines_tell_an_export() -> None:
    assert line_of(EXPORT, "en") == "7 running 25%: gate.yard 2026-03-01 08:00:00 - 2026-03-01 08:01:30 UTC, kim\n"
    waits = {**EXPORT, "state": "waiting", "reason": "no_room", "bytes_total": 0, "why": "appeal"}
    assert line_of(waits, "ko").startswith("7 대기 중 (내보내기 공간이 부족하거나 용량 한도에 이름): ")
    assert line_of(waits, "ko").endswith(", kim, appeal\n")
    found = {
        "export": {**EXPORT, "state": "done"},
        "files": [{"name": "a.mp4", "bytes": 1_500_000, "sha256": "ab"}],
        "records": [{"name": "alarm-17.html", "bytes": 40_000, "sha256": "ef"}],
        "papers": [{"name": "verify.py", "kind": "verifier", "bytes": 30_000, "sha256": "01"}],
        "gaps": [{**SPAN, "cause": "camera stalled"}],
        "manifest_sha256": "cd",
    }
    lines = detail_lines(found, "en")
    assert lines[0].startswith("7 done: ")
    assert lines[1:3] == ["  a.mp4 1.5 MB ab\n", "  alarm-17.html 0.0 MB ef\n"]
    assert lines[3:5] == ["  verify.py 0.0 MB 01\n", "  manifest.json cd\n"]
    assert lines[5].endswith("the camera sent nothing\n")


def test_a_line_tells_a_hold() -> None:
    state = {**SPAN, "id": "7", "reason": "theft", "who": "kim", "released_at": None, "bytes": 5_000_000,
             "locked": False, "asked": None}  # fmt: skip
    assert hold_line(state, "en") == (
        "7 held gate.yard 2026-03-01 08:00:00 - 2026-03-01 08:01:30 UTC, 5.0 MB: theft, kim\n"
    )
    assert hold_line({**state, "released_at": "2026"}, "ko").startswith("7 해제됨 ")
    locked = hold_line({**state, "locked": True, "asked": {"who": "lee"}}, "en")
    assert locked.startswith("7 held (locked: two people release it) gate.yard")
    assert locked.endswith("theft, kim; its release is asked for by: lee\n")


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """An export of one file of two blocks."""
    made = ExportFolder(tmp_path, quota_bytes=None, free_bytes_min=0)
    await made.begin("e")
    file = CheckedFile(tmp_path / "e.part" / "a.mp4", lambda: False)
    file.write(bytes(BLOCK_BYTES + 100))
    found = file.finish()
    one = Made("a.mp4", "gate.yard", T0, T0 + 60_000, found.length_bytes, found.sha256, found.blocks, ())
    await made.finish("e", manifest({}, Plan((), ()), [Record((one,))]))
    return made.whole("e")


def verify(folder: Path, *more: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["export", "verify", str(folder), *more])
    return found.exit_code, found.output


def altered(folder: Path, place: int) -> None:
    with (folder / "a.mp4").open("r+b") as file:
        file.seek(place)
        file.write(b"\1")


async def test_a_sound_copy_is_said_to_be_sound(folder: Path) -> None:
    assert verify(folder) == (0, "a.mp4: as its manifest says\n")
    (folder / "notes.txt").write_text("of somebody's")
    assert verify(folder, "--language", "ko") == (0, "a.mp4: 목록과 일치\nnotes.txt: 목록에 없는 파일\n")


async def test_a_copy_that_differs_is_named_with_its_bytes(folder: Path) -> None:
    altered(folder, BLOCK_BYTES + 7)
    code, said = verify(folder)
    assert code == 1
    assert f"a.mp4: differs: bytes {BLOCK_BYTES}-{BLOCK_BYTES + 99}, 2026-03-01 08:00:59" in said
    code, said = verify(folder, "--json")
    told: dict[str, Any] = json.loads(said)
    assert (code, told["sound"], told["faults"][0]["first"]) == (1, False, BLOCK_BYTES)
    (folder / "a.mp4").unlink()
    assert (
        verify(folder)[1] == f"a.mp4: is not there: bytes 0-{BLOCK_BYTES + 99}, 2026-03-01 08:00:00 - "
        "2026-03-01 08:01:00 UTC\n"
    )


def test_a_folder_without_a_manifest_is_the_callers_fault(tmp_path: Path) -> None:
    assert verify(tmp_path)[0] == 2
    (tmp_path / "manifest.json").write_text("{")
    assert verify(tmp_path)[0] == 2
    (tmp_path / "manifest.json").write_text("[]")
    assert verify(tmp_path)[0] == 2
