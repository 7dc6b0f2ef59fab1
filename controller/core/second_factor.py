"""Who must have a second factor, and what somebody has to do before anything else. Pure."""

import base64
import re
from typing import Literal

Policy = Literal["optional", "admins", "everybody"]
First = Literal["password", "factor"]
"""What somebody has to set before anything else."""

CODES = 10
CODE_BYTES = 10


def required(policy: Policy, role: str) -> bool:
    """Whether somebody of a role must have one."""
    return policy == "everybody" or (policy == "admins" and role == "admin")


def first_of(
    policy: Policy, role: str, *, must_set_password: bool, second_factor: bool, own_password: bool
) -> First | None:
    """What they have to set first; whoever logs in elsewhere has their factor there."""
    if must_set_password:
        return "password"
    return "factor" if own_password and not second_factor and required(policy, role) else None


def recovery_code(random: bytes) -> str:
    """A code to write down: four groups of four letters and digits."""
    text = base64.b32encode(random).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def typed(code: str) -> str:
    """A code as it is compared: however it was typed."""
    return re.sub(r"[\s-]", "", code).lower()
