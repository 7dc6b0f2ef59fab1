"""Everything that `cctv-edge check` says has its Korean, with the same parameters."""

import ast
import re
import string

import pytest

from edge_agent.core.check_words import KOREAN, LEVELS, Words, tell
from edge_agent.core.checks import Finding
from edge_agent.core.status_words import language_of
from tests.repo.tree import text_of
from tests.unit.edge_agent.core.test_board_checks import BOARD_FINDINGS
from tests.unit.edge_agent.core.test_checks import SOUND, TROUBLES, WARNINGS

HANGUL = re.compile("[가-힣]")
FILES = (
    "edge_agent/core/checks.py",
    "edge_agent/core/board_checks.py",
    "edge_agent/flows/check_node.py",
    "edge_agent/cli/check.py",
)


def names(template: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def templates() -> set[str]:
    """The first argument of each `words(…)` in the code."""
    calls = [node for file in FILES for node in ast.walk(ast.parse(text_of(file))) if isinstance(node, ast.Call)]
    first = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "words"]
    return {str(ast.literal_eval(one)) for one in first}


def test_every_sentence_has_its_korean_with_the_same_parameters() -> None:
    assert len(templates()) > 25
    for template in templates():
        assert template in KOREAN, template
    for english, korean in KOREAN.items():
        assert names(english) == names(korean), english


@pytest.mark.parametrize("finding", [*TROUBLES, *WARNINGS, *SOUND, *BOARD_FINDINGS], ids=lambda finding: finding.check)
def test_every_finding_is_told_in_korean_and_unchanged_in_english(finding: Finding) -> None:
    for text in (finding.check, finding.says, finding.remedy):
        assert tell(text, "en") == text
    assert HANGUL.search(tell(finding.check, "ko"))
    if finding.remedy:
        assert HANGUL.search(tell(finding.remedy, "ko"))
    if isinstance(finding.says, Words) and finding.says.template not in {"{place} {detail}", "{place}: {detail}"}:
        assert HANGUL.search(tell(finding.says, "ko"))


@pytest.mark.parametrize("finding", BOARD_FINDINGS, ids=lambda finding: finding.check)
def test_what_is_said_of_a_board_is_korean_but_for_the_names_of_things(finding: Finding) -> None:
    names = finding.level == "ok" and finding.check in {"board", "ring's disk"}
    assert names or HANGUL.search(tell(finding.says, "ko"))


def test_phrases_inside_sentences_are_told_too_and_the_systems_own_words_stay() -> None:
    ended = next(one for one in TROUBLES if one.says.startswith("ended"))
    assert tell(ended.check, "ko") == "인증서: 현장 CA"
    away = next(one for one in TROUBLES if "Connection refused" in one.says)
    assert tell(away.says, "ko") == "h:1: Connection refused"
    assert {len(mark.encode("euc-kr")) for marks in LEVELS.values() for mark in marks.values()} == {8}


@pytest.mark.parametrize(
    ("locale", "language"), [("ko_KR.UTF-8", "ko"), ("ko", "ko"), ("C.UTF-8", "en"), ("de_DE", "en"), ("", "en")]
)
def test_a_terminal_is_spoken_to_as_its_locale_says(locale: str, language: str) -> None:
    assert language_of(locale) == language
