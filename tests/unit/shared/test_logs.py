"""Log lines are numbered, so that who follows them misses none and sees none twice, and name their trace."""

import json

import structlog

from shared import trace
from shared.logs import configure_logs, last_lines, lines_after
from shared.mint import uuid7
from shared.trace import Span


def test_who_asks_again_gets_what_was_written_since() -> None:
    configure_logs(json_lines=True)
    log = structlog.get_logger("test")
    before, _ = lines_after(0)
    log.info("one")
    log.info("two")
    newest, lines = lines_after(before)
    assert newest == before + 2
    assert ["one" in lines[0], "two" in lines[1]] == [True, True]
    assert lines_after(newest) == (newest, ())
    assert lines_after(newest + 99)[1] == last_lines(), "the number of a process before this: all that is kept"
    for number in range(500):
        log.info("more", number=number)
    newest, lines = lines_after(newest)
    assert len(lines) == 400


class Nobody:
    def take(self, span: Span) -> None: ...


def test_a_line_about_an_event_that_is_traced_names_its_trace() -> None:
    configure_logs(json_lines=True)
    log, event = structlog.get_logger("test"), uuid7()
    trace.collect(Nobody())
    try:
        log.info("traced", event_id=event)
        log.info("about nothing")
    finally:
        trace.collect(None)
    log.info("not traced", event_id=event)
    traced, *others = [json.loads(line) for line in last_lines()[-3:]]
    assert traced["trace_id"] == event.replace("-", "")
    assert not [one for one in others if "trace_id" in one]
