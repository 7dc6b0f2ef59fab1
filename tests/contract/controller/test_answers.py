"""Answers under a key, on both databases: once, to one asker, for a day."""

import asyncio

import pytest
import sqlalchemy as sa

from controller.adapters.answer_store import SqlAnswers
from controller.adapters.seal import Seal
from controller.core.repeats import KEPT_MS, TAKEN_OVER_MS, Answered
from controller.errors import Conflict
from shared.errors import Rejected
from tests.contract.controller.conftest import Site

ANSWER = Answered(201, "application/json", '{"code": "ABCD-EFGH", "name": "김"}'.encode() + b"\xff")


@pytest.fixture
def answers(site: Site) -> SqlAnswers:
    return SqlAnswers(site.database, site.clock, Seal("k" * 40, b"answers"))


async def test_what_was_answered_is_answered_again_for_a_day(site: Site, answers: SqlAnswers) -> None:
    assert await answers.claim("kim", "a", "f1") is None
    await answers.keep("kim", "a", ANSWER)
    assert await answers.claim("kim", "a", "f1") == ANSWER
    assert await answers.claim("lee", "a", "f1") is None, "a key is its asker's"
    with pytest.raises(Rejected) as used:
        await answers.claim("kim", "a", "f2")
    assert not isinstance(used.value, Conflict)
    site.clock.at_ms += KEPT_MS + 1
    assert await answers.claim("kim", "a", "f2") is None


async def test_two_at_once_are_one_and_what_came_to_nothing_is_free(site: Site, answers: SqlAnswers) -> None:
    found = await asyncio.gather(*(answers.claim("kim", "a", "f") for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["Conflict"] * 3 + ["NoneType"]
    await answers.release("kim", "a")
    assert await answers.claim("kim", "a", "f") is None
    site.clock.at_ms += TAKEN_OVER_MS
    assert await answers.claim("kim", "a", "f") is None, "whoever had it is gone"
    with pytest.raises(Conflict):
        await answers.claim("kim", "a", "f")
    await answers.keep("kim", "a", ANSWER)
    await answers.release("kim", "a")
    assert await answers.claim("kim", "a", "f") == ANSWER, "an answer is not taken back"


async def test_an_answer_is_not_to_be_read_in_the_database(site: Site, answers: SqlAnswers) -> None:
    await answers.claim("kim", "a", "f")
    await answers.keep("kim", "a", ANSWER)
    async with site.database.reading() as session:
        (kept,) = (await session.execute(sa.text("SELECT answer FROM answer"))).one()
    assert "ABCD" not in kept
