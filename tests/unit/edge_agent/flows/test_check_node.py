"""All checks are made, whatever one of them does."""

from collections.abc import Sequence

from edge_agent.core.checks import Finding
from edge_agent.flows.check_node import check_node, has_trouble

GOOD, BAD = Finding("disk", "ok", "well"), Finding("clock", "trouble", "wrong", "Set it.")


def broken() -> Sequence[Finding]:
    raise RuntimeError("no such file")


async def test_one_check_that_breaks_is_told_and_stops_no_other() -> None:
    found = await check_node([("disk", lambda: [GOOD]), ("wear", broken), ("clock", lambda: [BAD])])
    assert (found[0], found[2]) == (GOOD, BAD)
    assert (found[1].check, found[1].level) == ("wear", "unknown")
    assert "no such file" in found[1].says


def test_only_a_trouble_is_one() -> None:
    assert has_trouble([GOOD, BAD])
    assert not has_trouble([GOOD, Finding("wear", "unknown", ""), Finding("clock", "warning", "")])
