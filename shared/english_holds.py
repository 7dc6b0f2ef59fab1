"""The English of what is refused of locked evidence."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.english import Code

HOLDS: dict["Code", str] = {
    "hold_asked": "{name} asked for this already: confirm it, or withdraw it first",
    "hold_at_machine": "is locked: two people who log in release it, in the dashboard or by the API",
    "hold_locked": "is locked: one person asks for its release with a reason, and another one confirms",
    "hold_new_account": "takes people whose account is older than {hours} hours: ask somebody else, or wait",
    "hold_own_request": "is your own request: another person who may release it confirms it",
}
