"""A demo whose folder is kept keeps the rules that somebody changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from controller.app.demo import DemoWish, prepare_demo
from controller.app.people import apply_rules, read_rules

pytestmark = pytest.mark.integration


async def test_rules_that_somebody_changed_outlast_the_next_start(tmp_path: Path, free_port: Callable[[], int]) -> None:
    wish = DemoWish(tmp_path / "demo", free_port(), (), None)
    site = (await prepare_demo(wish)).site
    await prepare_demo(wish)
    assert (await read_rules(site))["rules"], "the demo's own are set"
    await apply_rules(site, {"rules": []}, None, "kim")
    await prepare_demo(wish)
    assert (await read_rules(site))["rules"] == []
