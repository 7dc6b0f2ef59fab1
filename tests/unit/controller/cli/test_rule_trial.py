"""`cctv rule test` on a video: what is new, gone and the same, twice alike; its text, its refusals."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from controller.api.trial_schemas import TrialResultOut
from controller.app.database import migrate_site
from controller.app.site import open_site
from controller.cli import app
from tests.fakes.kserve import serving
from tests.unit.controller.adapters.test_frames import write_video
from tests.unit.controller.cli.test_verify import model

LEFT = [[0, 0], [0.2, 0], [0.2, 1], [0, 1]]
AREA = {"name": "area", "kind": "zone_intrusion", "persistence_s": 0.5, "severity": "critical", "zone_name": "yard"}


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("film") / "video.mp4", range(0, 3000, 40))


def rules(folder: Path, name: str, *given: dict[str, Any]) -> Path:
    file = folder / name
    file.write_text(json.dumps({"rules": given}), encoding="utf-8")
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["rule", "test", *map(str, arguments)])


def document(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    TrialResultOut.model_validate(found)
    return found


def test_a_video_shows_what_another_rule_file_would_change(tmp_path: Path, video: Path) -> None:
    tried = rules(
        tmp_path,
        "tried.json",
        AREA,
        {**AREA, "name": "late", "persistence_s": 2},
        {**AREA, "name": "off", "enabled": False},
    )
    known = rules(
        tmp_path,
        "known.json",
        {**AREA, "name": "late", "zone": LEFT},
        {**AREA, "persistence_s": 1},
        {**AREA, "name": "off"},
    )
    arguments = (tried, "--against", known, "--video", video, "--model", model(tmp_path))
    found = document(*arguments)
    assert [
        (one["change"], one["rule"], one["start_ms"], one["raised_ms"], one["end_ms"]) for one in found["alarms"]
    ] == [
        ("same", "area", 0, 500, 2800),
        ("gone", "off", 0, 500, 2800),
        ("new", "late", 0, 2000, 2800),
    ]
    assert (found["source"], found["rules_version"], found["judged_ms"]) == ("video", None, 2800)
    assert document(*arguments) == found, "twice gives the same"


def test_without_anything_to_compare_with_all_is_new_and_times_are_the_footages(tmp_path: Path, video: Path) -> None:
    tried = rules(tmp_path, "tried.json", AREA)
    arguments = (tried, "--video", video, "--model", model(tmp_path))
    result = run(*arguments)
    assert result.stdout == ("+ 0.5 s to 2.8 s  area (critical), yard\n1 new, 0 gone, 0 the same; 2.8 s looked at\n"), (
        result.output
    )
    dated = document(*arguments, "--starts-at", "2026-03-01T08:00:00+00:00")
    assert dated["alarms"][0]["raised_ms"] == 1_772_352_000_500
    told = run(*arguments, "--starts-at", "2026-03-01T17:00+09:00").stdout
    assert "2026-03-01 17:00:00+09:00 to 2026-03-01 17:00:02+09:00" in told, "in the zone that was asked in"


def test_rules_are_tried_with_a_model_on_a_serving_cluster_that_the_site_allows(tmp_path: Path, video: Path) -> None:
    tried = rules(tmp_path, "tried.json", AREA)
    with serving(model(tmp_path)) as cluster:
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "hats.txt").write_text("person\nother", encoding="utf-8")
        asked = (tried, "--video", video, "--model", cluster.address, "--data", tmp_path)
        assert "serving_hosts" in run(*asked).stderr
        (tmp_path / "cctv.toml").write_text(f'[worker]\nserving_hosts = ["{cluster.place}"]\n', encoding="utf-8")
        asyncio.run(migrate_site(open_site(tmp_path / "cctv.toml")))  # as its first start does
        assert document(*asked)["new"] == 1


def test_what_the_model_cannot_see_is_warned_of(tmp_path: Path, video: Path) -> None:
    tried = rules(tmp_path, "tried.json", {"name": "hat", "kind": "ppe_missing", "required": ["helmet"]})
    result = run(tried, "--video", video, "--model", model(tmp_path))
    assert "cctv: warning: the rule 'hat' never alarms" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--camera", "gate.yard"), "--video: give a video"),
        (("--video", "none.mp4"), "video: none.mp4 is not a file"),
        (("--video", "none.mp4", "--from", "2026-03-01T08:00Z"), "--video: is tried as a whole"),
        (("--camera", "gate.yard", "--from", "8 h", "--to", "2026-03-01T08:00Z"), "--from: '8 h' is not a time"),
        (
            ("--camera", "gate.yard", "--from", "2026-03-01T08:00Z", "--to", "2026-03-01T09:00Z", "--on", "air"),
            "--on: 'air' is not one of",
        ),
    ],
)
def test_what_cannot_be_tried_is_refused(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    result = run(rules(tmp_path, "tried.json", AREA), "--data", tmp_path, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_the_first_faulty_key_is_named(tmp_path: Path, video: Path) -> None:
    result = run(rules(tmp_path, "tried.json", AREA | {"colour": "red"}), "--video", video)
    assert (result.exit_code, "rules[0].colour" in result.stderr) == (2, True)
