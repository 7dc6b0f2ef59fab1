"""The English of what is said of a trial of rules."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shared.english import Code

TrialCode = Literal[
    "trial_needs_faint",
    "trial_needs_items",
    "trial_needs_scores",
    "trial_no_footage",
    "trial_nothing_judged",
    "trials_wait",
]

TRIALS: dict["Code", str] = {
    "trial_needs_faint": (
        "stored tracks hold nothing less sure than {least:g}, which the rule {rule!r} asks for: judge the footage again"
    ),
    "trial_needs_items": (
        "stored tracks do not hold the equipment that the rule {rule!r} looks for: judge the footage again"
    ),
    "trial_needs_scores": "nothing that is stored scores pictures, which the rule {rule!r} asks for: it is left out",
    "trial_no_footage": "the store has no footage of this span",
    "trial_nothing_judged": "nothing of this span was judged, so it tells nothing of the rules",
    "trials_wait": "{count} trials wait already: let some end or cancel them",
}
