"""One question at a time, within the budget; a model that is slow, silent or wrong costs nothing but its answer."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from controller.core.enrichment import AlarmWords, EnrichmentKind, Question
from controller.errors import WayShut
from controller.flows.enrich import Enrich, Terms
from controller.ports import Asked
from shared.errors import Rejected, Transient
from shared.kinds import Severity
from tests.fakes.site import HandClock
from tests.fakes.ways import Gate

WORDS = AlarmWords("lawn", "zone_intrusion", "high", "gate.yard", None, (), "", "now", 1)
TERMS = Terms("seer", "127.0.0.1:9", "ko", 1, 5.0, 2, ("high", "critical"))


@dataclass
class Store:
    """Rows in memory, as the flow sees them."""

    waiting: list[Asked]
    said: list[tuple[str, Any]] = field(default_factory=list)
    limit_ms: int = 5_000

    async def plan(self, kind: EnrichmentKind, severities: Sequence[Severity]) -> int:
        del kind
        assert severities == TERMS.severities
        return 0

    async def claim(self, kind: EnrichmentKind, limit_ms: int) -> Asked | None:
        assert limit_ms == self.limit_ms
        return self.waiting.pop(0) if self.waiting and self.waiting[0].kind == kind else None

    async def audit(self, asked: Asked, detail: Mapping[str, Any]) -> None:
        self.said.append(("sends", {"id": asked.id, **detail}))

    async def answered(self, asked: Asked, text: str, model: str) -> None:
        self.said.append(("answered", (asked.id, text, model)))

    async def failed(self, asked: Asked, reason: str, again_ms: int | None) -> None:
        self.said.append(("failed", (asked.id, reason, again_ms)))


class Chat:
    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Question, int]] = []
        self.gate = Gate(kind="language_model")

    async def ready(self) -> None:
        await self.gate.through()

    async def ask(self, question: Question, pictures: Sequence[bytes]) -> str:
        self.asked.append((question, len(pictures)))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Pictures:
    def __init__(self, *, hangs: bool = False) -> None:
        self.hangs = hangs

    async def jpegs(self, keys: Sequence[str], most: int) -> tuple[bytes, ...]:
        if self.hangs:
            await asyncio.Event().wait()
        return tuple(key.encode() for key in keys)[:most]


class Bell:
    async def ring(self, which: str) -> None: ...

    async def wait(self, which: str, timeout_s: float) -> None: ...


def asked(number: int, kind: EnrichmentKind = "describe", tries: int = 1, keys: tuple[str, ...] = ("a", "b")) -> Asked:
    return Asked(f"q{number}", kind, tries, f"alarm{number}", WORDS, keys)


def enrich(store: Store, chat: Chat, kind: EnrichmentKind = "describe") -> tuple[Enrich, HandClock]:
    clock = HandClock()
    return Enrich(kind, store, chat, Pictures(), Bell(), clock, TERMS), clock


async def test_what_is_sent_is_on_record_before_and_the_answer_is_kept() -> None:
    store, chat = Store([asked(1)]), Chat("a person without a helmet")
    work, _ = enrich(store, chat)
    assert await work.step()
    assert [what for what, _ in store.said] == ["sends", "answered"]
    assert store.said[0][1] == {"id": "q1", "host": "127.0.0.1:9", "model": "seer", "pictures": 1}
    assert store.said[1][1] == ("q1", "a person without a helmet", "seer")
    assert chat.asked[0][1] == 1
    assert not await work.step()


async def test_while_its_way_is_shut_nothing_is_asked_and_every_question_waits() -> None:
    store, chat = Store([asked(1)]), Chat("a person")
    chat.gate.closed.add("")
    work, _ = enrich(store, chat)
    with pytest.raises(WayShut):
        await work.step()
    assert (store.said, chat.asked) == ([], [])
    chat.gate.closed.clear()
    assert await work.step()
    assert [what for what, _ in store.said] == ["sends", "answered"]


async def test_a_draft_sends_no_picture() -> None:
    store, chat = Store([asked(1, "draft")]), Chat("1. Stop the crane")
    work, _ = enrich(store, chat, "draft")
    await work.step()
    assert chat.asked[0][1] == 0


@pytest.mark.parametrize("fault", [Transient("no whole answer within 5 s"), Rejected("answer", "is not JSON")])
async def test_a_failure_is_tried_again_and_then_given_up(fault: Exception) -> None:
    store, chat = Store([asked(1, tries=1), asked(1, tries=3)]), Chat(fault, fault)
    work, _ = enrich(store, chat)
    await work.step()
    await work.step()
    failures = [detail for what, detail in store.said if what == "failed"]
    assert failures == [("q1", str(fault), 5_000), ("q1", str(fault), None)]


async def test_pictures_that_cannot_be_read_in_time_count_as_a_try() -> None:
    store, chat = Store([asked(1, tries=1), asked(1, tries=3)]), Chat()
    work, _ = enrich(store, chat)
    work.pictures, work.terms = Pictures(hangs=True), replace(TERMS, timeout_s=0.01)
    store.limit_ms = 10
    assert [await work.step(), await work.step()] == [True, True]
    failures = [detail for what, detail in store.said if what == "failed"]
    reason = "pictures: not read within 0.01 s"
    assert failures == [("q1", reason, 5_000), ("q1", reason, None)]
    assert chat.asked == []


async def test_without_a_picture_nothing_is_described() -> None:
    store, chat = Store([asked(1, keys=())]), Chat()
    work, _ = enrich(store, chat)
    await work.step()
    assert [what for what, _ in store.said] == ["failed"]
    assert chat.asked == []


async def test_the_budget_of_an_hour_holds() -> None:
    store, chat = Store([asked(n) for n in range(5)]), Chat(*"abcde")
    work, clock = enrich(store, chat)
    assert [await work.step() for _ in range(4)] == [True, True, False, False]
    assert len(chat.asked) == TERMS.per_hour
    clock.at_ms += 3_600_000
    assert await work.step()
