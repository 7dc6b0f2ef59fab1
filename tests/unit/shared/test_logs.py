"""Log lines are numbered, so that who follows them misses none and sees none twice."""

import structlog

from shared.logs import configure_logs, last_lines, lines_after


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
