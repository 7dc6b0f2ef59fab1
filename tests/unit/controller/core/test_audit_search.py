"""Lines of the audit for log collectors: one each, whatever somebody wrote into it."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from controller.core.audit_search import json_line, syslog_line

STATE: dict[str, Any] = {
    "id": 7, "seq": 5, "at": "2026-03-01T12:00:00Z", "who": "kim", "what": "alarm.resolve", "subject": "a1",
    "address": "10.0.0.7", "detail": {"note": "done"},
}  # fmt: skip
RFC5424 = re.compile(
    r"<(\d{1,3})>1 (\S+) ([!-~]{1,255}) cctv - ([!-~]{1,32}) "
    r'\[audit@32473((?: [a-z]+="(?:[^"\\\]]|\\["\\\]])*")+)\] (.*)\n'
)


def test_syslog_says_what_rfc_5424_says() -> None:
    assert syslog_line(STATE, "yard", "control room") == (
        '<109>1 2026-03-01T12:00:00Z control_room cctv - alarm.resolve [audit@32473 site="yard" id="7" seq="5" '
        'who="kim" what="alarm.resolve" subject="a1" address="10.0.0.7"] kim alarm.resolve a1 {"note": "done"}\n'
    )
    refused = {**STATE, "what": "login.refused", "seq": None, "detail": {}}
    assert syslog_line(refused, "yard", "h").startswith("<108>1 ")
    assert "seq=" not in syslog_line(refused, "yard", "h")


@given(st.text(), st.text(), st.text(), st.text())
def test_nothing_that_somebody_wrote_makes_a_second_line(who: str, subject: str, address: str, note: str) -> None:
    state = {**STATE, "who": who, "subject": subject, "address": address, "detail": {"note": note}}
    line = syslog_line(state, "yard", "h")
    assert RFC5424.fullmatch(line)
    assert len(line.splitlines()) == 1
    assert json.loads(json_line(state)) == state
    assert json_line(state).count("\n") == 1
