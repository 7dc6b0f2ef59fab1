"""Check a node: look at everything it depends on, at once, and say what is wrong and what to do."""

import asyncio
from collections.abc import Callable, Sequence

from edge_agent.core.check_words import words
from edge_agent.core.checks import Finding

Check = Callable[[], Sequence[Finding]]


async def check_node(checks: Sequence[tuple[str, Check]]) -> tuple[Finding, ...]:
    """Run every check in a thread of its own; one that breaks is a finding and stops no other."""
    found = await asyncio.gather(*(asyncio.to_thread(_run, name, check) for name, check in checks))
    return tuple(finding for findings in found for finding in findings)


def has_trouble(findings: Sequence[Finding]) -> bool:
    """Whether anything needs doing now."""
    return any(finding.level == "trouble" for finding in findings)


def _run(name: str, check: Check) -> Sequence[Finding]:
    try:
        return check()
    except Exception as fault:  # noqa: BLE001 - a check must end in words, whatever it meets: the others count too
        return (Finding(name, "unknown", words("could not be checked: {fault}", fault=repr(fault))),)
