"""The Korean of the system's alarms: complete, with the same parameters, and as the dashboard says it."""

import re

from controller.core.korean import KOREAN, in_korean
from controller.core.korean_notices import NOTICES
from shared.english import CODES, ENGLISH
from shared.texts import said, say
from tests.repo.tree import text_of

SERVER = re.compile(r'^  (\w+): "(.*)",$', re.MULTILINE)
NAMES = re.compile(r"{(\w+)")


def test_every_sentence_of_an_alarm_has_its_korean() -> None:
    told = "".join(
        text_of(file)
        for file in (
            "controller/core/conditions.py",
            "controller/core/losses.py",
            "controller/adapters/watch_store.py",
            "controller/flows/tell_backups.py",
            "controller/flows/let_sweep.py",
            "controller/flows/tell_scrub.py",
        )
    )
    assert set(re.findall(r'"(alarm_\w+)"', told)) <= set(KOREAN)


def test_it_is_what_the_dashboard_says_and_has_no_parameter_of_its_own() -> None:
    files = ("ko.server.ts", "ko.upkeep.ts")
    shown = dict(SERVER.findall("".join(text_of(f"controller/web/src/lib/words/{file}") for file in files)))
    for code, text in {**KOREAN, **NOTICES}.items():
        assert shown[code] == text
        assert set(NAMES.findall(text)) <= set(NAMES.findall(ENGLISH[code]))


def test_every_notice_of_rules_and_every_fault_of_sending_has_its_korean() -> None:
    told = text_of("controller/core/notices.py")
    assert set(re.findall(r'say\("(\w+)"', told)) - {"camera_other"} <= set(NOTICES)
    assert {code for code in CODES if code.startswith("send_")} <= set(NOTICES)


def test_a_sentence_is_said_with_its_parameters_and_the_korean_of_its_reason() -> None:
    told = say(
        "alarm_channel_dead", name="siren", why="the receiver answered 404", why_code="send_answered", status="404"
    )
    korean = in_korean(said(told))
    assert korean is not None
    assert "siren에 메시지가 전달되지 않습니다(받는 서버가 거절했습니다(응답 404))." in korean
    assert "(odd)" in str(in_korean(said(say("alarm_channel_dead", name="siren", why="odd", why_code="tomorrow"))))
    assert "(odd)" in str(in_korean(said(say("alarm_channel_dead", name="siren", why="odd"))))
    assert (in_korean(None), in_korean(said(say("missing")))) == (None, None)
    assert in_korean({"code": "send_silent", "params": {}}) == "{seconds}초 안에 답이 없었습니다."
