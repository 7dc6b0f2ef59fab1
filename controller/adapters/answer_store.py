"""Answers to requests that carry a key, sealed: some hold a destination's key."""

import sqlalchemy as sa
from sqlmodel import col

from controller.adapters.database import Database
from controller.adapters.seal import Seal
from controller.adapters.tables import AnswerRow
from controller.core.repeats import KEPT_MS, TAKEN_OVER_MS, Answered
from controller.errors import Conflict
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say


class SqlAnswers:
    """`KeptAnswers` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock, seal: Seal) -> None:
        self._database = database
        self._clock = clock
        self._seal = seal

    async def claim(self, who: str, key: str, asked: str) -> Answered | None:
        """The answer that was given already; None: it is the caller's to answer now.

        `Rejected`: the key was another request's; `Conflict`: somebody else is answering it.
        """
        now_ms = self._clock.unix_ms()
        async with self._database.writing() as session:
            await session.execute(sa.delete(AnswerRow).where(col(AnswerRow.asked_ms) < now_ms - KEPT_MS))
            mine = (
                self._database.insert(AnswerRow)
                .values(who=who, key=key, asked=asked, asked_ms=now_ms, answer=None)
                .on_conflict_do_nothing()
                .returning(col(AnswerRow.key))
            )
            if (await session.execute(mine)).scalar_one_or_none() is not None:
                return None
            row = await session.get(AnswerRow, (who, key), with_for_update=True)
            if row is None:
                raise Conflict("Idempotency-Key", say("busy"))
            if row.asked != asked:
                raise Rejected("Idempotency-Key", say("key_used"))
            if row.answer is None:
                if row.asked_ms > now_ms - TAKEN_OVER_MS:
                    raise Conflict("Idempotency-Key", say("busy"))
                row.asked_ms = now_ms  # whoever had it is gone
                return None
            told = self._seal.open(f"{who} {key}", row.answer)
        return Answered(int(told["status"]), told["media_type"], told["body"].encode("utf-8", "surrogateescape"))

    async def keep(self, who: str, key: str, answered: Answered) -> None:
        """Give this to who asks the same again."""
        told = {
            "status": str(answered.status),
            "media_type": answered.media_type,
            "body": answered.body.decode("utf-8", "surrogateescape"),
        }
        sealed = self._seal.close(f"{who} {key}", told)
        async with self._database.writing() as session:
            await session.execute(
                sa.update(AnswerRow).where(col(AnswerRow.who) == who, col(AnswerRow.key) == key).values(answer=sealed)
            )

    async def release(self, who: str, key: str) -> None:
        """Nothing came of it: the same key may be used anew."""
        async with self._database.writing() as session:
            await session.execute(
                sa.delete(AnswerRow).where(
                    col(AnswerRow.who) == who, col(AnswerRow.key) == key, col(AnswerRow.answer).is_(None)
                )
            )
