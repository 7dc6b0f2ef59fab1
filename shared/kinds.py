"""Words of which messages, tables and decisions choose one: each list is written here alone."""

from typing import Literal, get_args

MediaClass = Literal["promoted", "gated", "motion", "continuous"]
MEDIA_CLASSES: tuple[MediaClass, ...] = get_args(MediaClass)
"""The best first."""

KeyKept = Literal["tpm", "file"]
"""Where a node's key lies: sealed, so that its TPM alone opens it, or in a file of its disk."""

TamperKind = Literal["covered", "blurred", "moved", "frozen", "black"]
TAMPER_KINDS: tuple[TamperKind, ...] = get_args(TamperKind)

GapCause = Literal[
    "agent down",
    "camera stalled",
    "camera restarting",
    "disk full",
    "disk error",
    "recording off",
    "lost",
    "not retained by policy",
]

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The least first."""

AlarmState = Literal["raised", "acknowledged", "in_action", "resolved"]
"""`in_action`: somebody is assigned to it."""
ALARM_STATES: tuple[AlarmState, ...] = get_args(AlarmState)
OPEN_STATES: tuple[AlarmState, ...] = ("raised", "acknowledged", "in_action")
