"""The guides say what is: the same steps in both languages, a row for each trouble, what commands answer."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from controller.cli import COMMANDS, app
from controller.core.korean import KOREAN
from edge_agent.cli import app as node_app
from scripts.guide_steps import GuideError, Look, Step, filled_in, steps
from tests.repo.tree import ROOT, matching, text_of

GUIDES = [ROOT / "docs" / name for name in ("installer.md", "installer.ko.md")]
TROUBLES = {name for name in KOREAN if name.startswith("alarm_")}
CHAPTERS = matching(".md", under="docs/operate/")
CHAPTER_LINES = 200
NODE_COMMANDS = set(typer.main.get_command(node_app).commands)  # type: ignore[attr-defined]  # it is a group
FRIGATE = """
mqtt: {host: 10.0.0.2}
go2rtc: {streams: {gate: ["rtsp://admin:pw@10.30.0.11:554/main"]}}
record: {enabled: true, retain: {days: 7}}
cameras:
  Gate:
    ffmpeg: {inputs: [{path: "rtsp://127.0.0.1:8554/gate", roles: [record]}]}
    zones: {drive: {coordinates: "0.1,0.4,0.9,0.4,0.9,1,0.1,1", objects: [person, car], loitering_time: 20}}
"""
ROW = re.compile(r"^\|.*`(alarm_\w+)` \|(.*)\|(.*)\|(.*)\|$", re.MULTILINE)


def test_both_languages_have_the_same_commands_and_looks() -> None:
    english, korean = (steps(guide) for guide in GUIDES)
    assert len([one for one in english if isinstance(one, Step)]) > 15
    assert Look("the live picture") in english
    assert english == korean


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_every_command_of_ours_exists(guide: Path) -> None:
    typed = "\n".join(one.commands for one in steps(guide) if isinstance(one, Step))
    assert set(re.findall(r"^cctv (\w+)", typed, re.MULTILINE)) <= set(COMMANDS)
    assert set(re.findall(r"bin/cctv-edge (\w+)", typed)) <= NODE_COMMANDS


def test_words_in_capitals_are_filled_in_or_told() -> None:
    assert filled_in("ask CONTROLLER 'TOKEN'", {"CONTROLLER": "10.0.0.1", "TOKEN": "a\\1"}) == "ask 10.0.0.1 'a\\1'"
    with pytest.raises(GuideError, match="FINGERPRINT"):
        filled_in("approve FINGERPRINT", {})


@pytest.mark.parametrize("mark", ["<!-- run: -->", "<!-- run: node until now -->", "<!-- run: node -->\n\nwords"])
def test_a_mark_that_nobody_can_follow_is_refused(mark: str, tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text(f"# G\n\n{mark}\n")
    if mark == "<!-- run: -->":
        assert steps(tmp_path / "guide.md") == []
        return
    with pytest.raises(GuideError):
        steps(tmp_path / "guide.md")


@pytest.mark.parametrize("name", ["docs/troubleshooting.md", "docs/troubleshooting.ko.md"])
def test_every_trouble_of_the_system_has_its_row(name: str) -> None:
    rows = {code: [cell.strip() for cell in cells] for code, *cells in ROW.findall(text_of(name))}
    assert TROUBLES - set(rows) == set(), f"{name} needs a row for these: what is seen, why, what tells it, what to do"
    assert set(rows) - TROUBLES == set(), f"{name} speaks of alarms that are none any more"
    assert [code for code, cells in rows.items() if not all(cells)] == []


@pytest.mark.parametrize("name", ["docs/sizing.md", "docs/sizing.ko.md"])
def test_the_sums_of_the_sizing_page_are_what_the_command_says(name: str) -> None:
    shown = re.findall(r"^\$ cctv (size .+)\n((?:.+\n)+?)```", text_of(name), re.MULTILINE)
    assert len(shown) == 3
    for command, said in shown:
        assert CliRunner().invoke(app, shlex.split(command)).stdout == said


@pytest.mark.parametrize("name", ["docs/come-from.md", "docs/come-from.ko.md"])
def test_what_is_shown_of_an_import_is_what_the_command_says(name: str, tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(FRIGATE)
    (shown,) = re.findall(r"^\$ cctv (import frigate) config.yml (.+)\n((?:.*\n)+?)```", text_of(name), re.MULTILINE)
    command = [*shown[0].split(), str(tmp_path / "config.yml"), *shown[1].split()]
    assert CliRunner().invoke(app, command).stdout == shown[2]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_of_the_handbook_is_short_and_says_for_whom_it_is(name: str) -> None:
    lines = text_of(name).splitlines()
    assert len(lines) <= CHAPTER_LINES
    assert re.fullmatch(r"\*For .+\.\*", lines[2])


@pytest.mark.parametrize("name", ["docs/operate.md", "docs/operate.ko.md", "docs/site/zensical.toml"])
def test_every_chapter_of_the_handbook_is_found(name: str) -> None:
    named = re.findall(r"[(\"](operate/[\w-]+\.md)[)\"]", text_of(name))
    assert sorted(f"docs/{chapter}" for chapter in named) == sorted(CHAPTERS)
