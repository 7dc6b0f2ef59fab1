"""The file that keeps a choice: who chooses is alone with it, whatever process they are of."""

import asyncio
from pathlib import Path

from controller.adapters.model_choice import ModelChoice


async def test_two_who_choose_do_so_one_after_the_other(tmp_path: Path) -> None:
    one, other = (ModelChoice(tmp_path / "models", "yard") for _ in range(2))
    inside: list[str] = []

    async def choose(choice: ModelChoice, name: str) -> None:
        async with choice.alone():
            inside.append(name)
            await asyncio.sleep(0.05)
            inside.append(name)

    await asyncio.gather(choose(one, "a"), choose(other, "b"))
    assert inside in (["a", "a", "b", "b"], ["b", "b", "a", "a"])
