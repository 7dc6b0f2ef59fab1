"""What is asked of a language model, how often, and what of its answer is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.enrichment import (
    MOST_ANSWER_CHARS,
    MOST_TRIES,
    AlarmWords,
    again_ms,
    answer,
    pause_ms,
    question,
)
from shared.errors import Rejected

HOUR_MS = 3_600_000
ALARM = AlarmWords(
    rule="Helmet in the yard",
    kind="ppe_missing",
    severity="high",
    camera="gate.yard",
    zone="crane",
    required=("helmet",),
    regulation="Article 32",
    at="2026-01-01T00:00:00+00:00",
    occurrences=2,
)


def test_a_description_asks_about_the_pictures_and_a_draft_does_not_send_them() -> None:
    describe, draft = question("describe", ALARM, "ko"), question("draft", ALARM, "en")
    assert (describe.pictures, draft.pictures) == (True, False)
    assert "Korean" in describe.system
    assert "English" in draft.system
    for asked in (describe, draft):
        assert "protective equipment required: helmet" in asked.user
        assert "regulation: Article 32" in asked.user


@given(st.text(max_size=200))
def test_what_the_site_wrote_stays_inside_its_fence(text: str) -> None:
    words = AlarmWords(text, "x", "low", "a.b", text, (text,), text, "now", 1, text)
    asked = question("draft", words, "ko").user
    assert asked.count("<alarm>") == 1
    assert asked.count("</alarm>") == 1
    assert all(line.split(": ")[0] for line in asked.splitlines())


@given(st.text())
def test_an_answer_is_short_shown_text_or_refused(text: str) -> None:
    try:
        kept = answer(text)
    except Rejected as refusal:
        assert refusal.field == "answer"
        return
    assert 0 < len(kept) <= MOST_ANSWER_CHARS
    assert not any(ord(c) < 32 and c not in "\n\t" for c in kept)


@pytest.mark.parametrize("given", [None, 3, ["x"], {}, "", " \n\x00"])
def test_what_is_no_text_is_refused(given: object) -> None:
    with pytest.raises(Rejected, match="answer"):
        answer(given)


@given(st.lists(st.integers(0, 3 * HOUR_MS), max_size=30), st.integers(1, 10))
def test_no_hour_holds_more_than_its_budget(wanted_ms: list[int], per_hour: int) -> None:
    sent: list[int] = []
    for now_ms in sorted(wanted_ms):
        wait_ms = pause_ms(sent, per_hour, now_ms)
        if wait_ms == 0:
            sent.append(now_ms)
        else:
            assert pause_ms(sent, per_hour, now_ms + wait_ms - 1) > 0
            assert pause_ms(sent, per_hour, now_ms + wait_ms) == 0
    for at in sent:
        assert sum(1 for other in sent if at <= other < at + HOUR_MS) <= per_hour


def test_tries_end() -> None:
    assert [again_ms(tries) for tries in range(1, MOST_TRIES + 1)] == [5_000, 30_000, None]
