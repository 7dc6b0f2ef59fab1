"""What a message says, in both languages."""

import re
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from controller.core.conditions import Bounds, DeadChannel, Signs, look
from controller.core.records import RuleKind, SystemKind
from controller.core.wording import KINDS, Language, Style, of_alarm, of_digest, of_test
from shared.texts import said, say

SEOUL = ZoneInfo("Asia/Seoul")
STATE: dict[str, Any] = {
    "id": "0190-a", "number": 12, "rule": "r1", "rule_name": "lawn\r\nBcc: all", "kind": "zone_intrusion",
    "severity": "high", "zone_name": "lawn", "camera": "gate.yard", "node": "gate", "condition_ms": 1_790_000_000_000,
    "regulation": "제10조", "late": True, "detail": "", "said": None,
}  # fmt: skip
HANGUL = re.compile("[가-힣]")


def style(language: Language) -> Style:
    return Style(language, SEOUL, "yard", "https://cctv.example")


def test_an_alarm_in_english() -> None:
    message = of_alarm({**STATE, "regulation": "Art. 10"}, "raised", style("en"))
    assert message.title == "[High] Zone intrusion: lawn · gate.yard · #12"
    assert message.text.splitlines() == [
        "Rule: lawn Bcc: all",
        "Zone: lawn",
        "Camera: gate.yard",
        "Time: 2026-09-21 23:13:20 (Asia/Seoul)",
        "Regulation: Art. 10",
        "Found late, in stored footage.",
        "https://cctv.example/#/alarms?id=0190-a",
    ]
    assert not HANGUL.search(message.title + message.text)


def test_an_alarm_in_korean_and_an_escalation() -> None:
    message = of_alarm(STATE, "escalated", style("ko"))
    assert message.title == "응답 없음, 재통보: [높음] 출입금지구역 침입: lawn · gate.yard · #12"
    assert "근거 규정: 제10조" in message.text


def test_lost_footage_says_its_span_and_how_much() -> None:
    text = say("alarm_gap_lost", camera="gate.yard", seconds=4.0, gaps=2, lost_ms=4000)
    state = {**STATE, "rule": "system.footage_lost", "kind": "footage_lost", "detail": text, "said": said(text)}
    ended = {**state, "cause": "lost", "end_ms": state["condition_ms"] + 61_000}
    lines = of_alarm(ended, "raised", style("ko")).text.splitlines()
    assert "시각: 2026-09-21 23:13:20–2026-09-21 23:14:21 (Asia/Seoul)" in lines  # noqa: RUF001 - a span
    assert any("gate.yard 카메라의 영상 4.0초가 녹화되지 않았습니다(2회)" in line for line in lines)


@pytest.mark.parametrize(("language", "words"), [("ko", "시야가 가려졌습니다"), ("en", "the view is covered")])
def test_trouble_with_the_system_says_what_to_do(language: Language, words: str) -> None:
    text = say("alarm_tamper_covered")
    state = {**STATE, "rule": "system.tamper", "kind": "tamper", "detail": text, "said": said(text)}
    assert words in of_alarm(state, "raised", style(language)).text


def test_a_sentence_of_another_version_is_told_in_english() -> None:
    state = {**STATE, "detail": "look at it", "said": {"code": "alarm_from_the_future", "params": {}}}
    assert "look at it" in of_alarm(state, "raised", style("ko")).text
    known = {**STATE, "said": {"code": "alarm_disk", "params": {}}}
    assert "{free_mib}" in of_alarm(known, "raised", style("ko")).text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_digest_tells_the_gravest_first_and_has_a_bound(language: Language) -> None:
    states = [{**STATE, "number": n, "severity": "low" if n % 2 else "medium"} for n in range(40)]
    message = of_digest(states, style(language))
    lines = message.text.splitlines()
    assert "40" in message.title
    assert len(lines) == 32
    assert lines[0].endswith("#0")
    assert "10" in lines[30]


@pytest.mark.parametrize("fault", [{"condition_ms": None}, {"severity": "awful"}, {"severity": []}, {"kind": []}])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_cannot_be_read_is_named_by_its_id_and_the_rest_is_told(language: Language, fault: dict[str, Any]) -> None:
    low = {**STATE, "number": 7, "severity": "low"}
    message = of_digest([{**STATE, "id": "0190-odd", **fault}, low, STATE], style(language))
    lines = message.text.splitlines()
    assert [line.rpartition("#")[2] for line in lines[:2]] == ["12", "7"]
    assert "0190-odd" in lines[2]
    assert (len(lines), message.unread) == (4, ("0190-odd",))
    assert "3" in message.title
    alone = of_alarm({**STATE, "id": "0190-odd", **fault}, "raised", style(language))
    assert "0190-odd" in alone.title
    assert alone.unread == ("0190-odd",)
    only = of_digest([{"id": "a"}, {}], style(language))
    assert (only.unread, "()" in only.title) == (("a", "?"), False)


def test_a_dead_channel_says_its_reason_in_the_same_language() -> None:
    signs = Signs(
        hearing=True, dead=(DeadChannel("desk", 1, "the receiver answered 404"), DeadChannel("sms", 1, "odd"))
    )
    found = {key.cause: one.text for key, one in look(signs, (), Bounds(0, 1.0, 1.0), 2).conditions.items()}
    state = {**STATE, "rule": "system.channel_dead", "kind": "channel_dead"}
    told = of_alarm({**state, "detail": found["desk"], "said": said(found["desk"])}, "raised", style("ko")).text
    assert "전달되지 않습니다(받는 서버가 거절했습니다(응답 404))." in told
    assert "the receiver answered 404" in str(found["desk"])
    assert "(odd)" in of_alarm({**state, "said": said(found["sms"])}, "raised", style("ko")).text


def test_every_kind_has_its_words_in_both_languages() -> None:
    kinds = {*get_args(RuleKind), *get_args(SystemKind)}
    assert kinds <= KINDS["ko"].keys() == KINDS["en"].keys()
    assert all(HANGUL.search(word) for word in KINDS["ko"].values())


def test_a_test_message_names_the_site() -> None:
    assert "yard" in of_test(style("ko")).title
