"""`cctv rule` on a prepared site: checked, applied, kept by version, and put in force again."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.app.site import Site, prepare_site
from controller.cli import app

RUN = CliRunner()
YAML = """
rules:
- {name: post, kind: absence, persistence_s: 60, shifts: [night], regulation: kr-623}
- {name: near, kind: proximity, others: [truck], distance_m: 3}
shifts: {night: {from: 22:00, to: 06:00}}
holidays: [2026-12-25]
cameras:
  gate.front: {ground: [[0, 1, 0, 0], [1, 1, 4, 0], [0.8, 0.4, 4, 9], [0.2, 0.4, 0, 9]], place: gate}
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    prepared = prepare_site(tmp_path / "data")
    assert RUN.invoke(app, ["migrate", "--data", str(prepared.data_dir)]).exit_code == 0
    return prepared


def cctv(*words: str) -> tuple[int, str]:
    done = RUN.invoke(app, ["rule", *words])
    return done.exit_code, done.stdout


def test_rules_are_checked_applied_and_kept_by_version(site: Site, tmp_path: Path) -> None:
    data, file = ("--data", str(site.data_dir)), tmp_path / "rules.yaml"
    file.write_text(YAML)
    assert cctv("check", str(file), *data) == (0, "2 rules are right\n")
    applied = RUN.invoke(app, ["rule", "apply", str(file), *data])
    assert (applied.stdout, applied.stderr) == ("rules at version 1: 2 in force\n", "")
    shown = json.loads(cctv("list", *data)[1])
    assert (shown["shifts"], shown["holidays"]) == ({"night": {"from": "22:00", "to": "06:00"}}, ["2026-12-25"])
    file.write_text("rules: []")
    assert cctv("apply", str(file), *data)[0] == 0
    assert [line.split()[0] for line in cctv("history", *data)[1].splitlines()] == ["2", "1"]
    file.write_text(cctv("history", "1", *data)[1])
    assert cctv("apply", str(file), *data) == (0, "rules at version 3: 2 in force\n")
    again = json.loads(cctv("list", *data)[1])
    assert {**again, "version": 1, "rules": []} == {**shown, "rules": []}
    assert cctv("history", "9", *data)[0] == 2
    assert "kr-32" in json.loads(cctv("regulations", *data)[1])["regulations"]


def test_a_fault_is_named_by_its_place_and_the_schema_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("rules:\n- {name: line, kind: line_crossing, line: [[0, 0], [0, 0]]}\n")
    refused = RUN.invoke(app, ["rule", "check", str(file)])
    assert (refused.exit_code, refused.stderr) == (2, "cctv: rules[0].line[1]: has two points in one place\n")
    assert json.loads(cctv("schema")[1])["title"] == "Rules of a site"


def test_a_check_warns_in_both_languages_and_puts_nothing_in_force(site: Site, tmp_path: Path) -> None:
    data, file = ("--data", str(site.data_dir)), tmp_path / "rules.yaml"
    file.write_text(
        "rules: [{name: in, kind: zone_intrusion, camera: gate.roof, zone_name: press, regulation: kr-999}]"
    )
    korean = RUN.invoke(app, ["rule", "check", str(file), *data, "--language", "ko"])
    assert (korean.exit_code, korean.stdout) == (0, "1 rules are right\n")
    for words in (
        "아직 어떤 노드도 알리지 않았습니다",
        "구역 press의 꼭짓점이 없어",
        "관련 규정 kr-999의 내용이 없습니다",
    ):
        assert words in korean.stderr
    english = RUN.invoke(app, ["rule", "check", str(file), *data, "--language", "en"]).stderr
    assert english.count("cctv: warning: ") == 3
    assert "names the zone press and draws none" in english
    assert json.loads(cctv("list", *data)[1])["version"] == 0
    applied = RUN.invoke(app, ["rule", "apply", str(file), *data, "--language", "ko"])
    assert applied.stderr == korean.stderr
    assert RUN.invoke(app, ["rule", "check", str(file), *data, "--strict"]).exit_code == 2
    assert RUN.invoke(app, ["rule", "check", str(file), *data, "--language", "fr"]).exit_code == 2


def test_without_a_site_a_file_is_read_as_far_as_that_goes(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("rules: [{name: in, kind: zone_intrusion, camera: gate.roof, zone_name: press}]")
    nowhere = {"CCTV_DATA": str(tmp_path / "none")}
    done = RUN.invoke(app, ["rule", "check", str(file), "--language", "en"], env=nowhere)
    assert (done.exit_code, done.stderr.count("warning")) == (0, 1)
    assert done.stdout.startswith("1 rules are right; without a site")
