"""Reboot: a fixed program, its refusal told in its own words. The real one is never run here."""

import sys

import pytest

from edge_agent.adapters.system_reboot import REBOOT, SystemReboot
from shared.errors import Rejected


def test_the_program_is_fixed() -> None:
    assert REBOOT == ("/usr/bin/systemctl", "reboot")


async def test_done_refused_and_missing_are_told_apart() -> None:
    await SystemReboot([sys.executable, "-c", ""]).reboot()
    with pytest.raises(Rejected, match="Access denied"):
        await SystemReboot([sys.executable, "-c", "import sys; sys.exit('Access denied')"]).reboot()
    with pytest.raises(Rejected, match="ended with 3"):
        await SystemReboot([sys.executable, "-c", "import sys; sys.exit(3)"]).reboot()
    with pytest.raises(Rejected, match="No such file"):
        await SystemReboot(["/nowhere/systemctl"]).reboot()
