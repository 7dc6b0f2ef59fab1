"""Who watches goes on while the database is away for a while, and no longer than that."""

import pytest

from controller.api import sockets
from controller.errors import Unauthenticated
from shared.errors import Transient


async def test_a_database_that_is_away_shuts_out_nobody_for_a_while_and_everybody_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "UNANSWERED_S", 0.005)
    asked: list[str] = []

    async def allowed() -> bool:
        asked.append("")
        if len(asked) == 4:
            return True
        raise Transient("database: away")

    with pytest.raises(Unauthenticated):
        await sockets.until_shut_out(allowed, 0.001)
    assert len(asked) == 9, "three without an answer, a yes, five without an answer"


async def test_a_no_shuts_out_at_once() -> None:
    async def allowed() -> bool:
        return False

    with pytest.raises(Unauthenticated):
        await sockets.until_shut_out(allowed, 0.001)
