"""The Korean of the system's alarms: complete, with the same parameters, and as the dashboard says it."""

import re

from controller.core.korean import KOREAN
from shared.texts import ENGLISH
from tests.repo.tree import text_of

SERVER = re.compile(r'^  (\w+): "(.*)",$', re.MULTILINE)
NAMES = re.compile(r"{(\w+)")


def test_every_sentence_of_an_alarm_has_its_korean() -> None:
    told = "".join(
        text_of(file)
        for file in ("controller/core/conditions.py", "controller/core/losses.py", "controller/adapters/watch_store.py")
    )
    assert set(re.findall(r'"(alarm_\w+)"', told)) <= set(KOREAN)


def test_it_is_what_the_dashboard_says_and_has_no_parameter_of_its_own() -> None:
    shown = dict(SERVER.findall(text_of("controller/web/src/lib/words/ko.server.ts")))
    for code, text in KOREAN.items():
        assert shown[code] == text
        assert set(NAMES.findall(text)) <= set(NAMES.findall(ENGLISH[code]))
