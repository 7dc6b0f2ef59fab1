"""The rules that the demo is started with; the dashboard knows their names in Korean (web/src/lib/given.ts)."""

from collections.abc import Sequence
from typing import Any

_LAW = "Rules on Occupational Safety and Health Standards (Korea)"
_CONFIRM = "to be confirmed by the site"
REGULATION_ENTRY = f"{_LAW}, Article 20, no entry: {_CONFIRM}"
REGULATION_EQUIPMENT = f"{_LAW}, Article 32, protective equipment: {_CONFIRM}"
CALM_S = 300.0
"""The scenes' people do the same again twice a minute: so soon, it is one more occurrence of the alarm, with its clip.

An alarm that somebody resolved takes nothing more: the next time is the next alarm.
"""


def rules_for_scenes(zones: Sequence[tuple[str, list[list[float]]]]) -> list[dict[str, Any]]:
    """A danger zone per (camera, polygon) and helmets everywhere."""
    rules: list[dict[str, Any]] = [
        {
            "name": f"Danger zone entry ({camera.partition('.')[2]})",
            "kind": "zone_intrusion",
            "camera": camera,
            "classes": ["person"],
            "zone": zone,
            "zone_name": "Danger zone",
            "persistence_s": 2.0,
            "cooldown_s": CALM_S,
            "severity": "high",
            "regulation": REGULATION_ENTRY,
        }
        for camera, zone in zones
    ]
    rules.append(
        {
            "name": "Helmet missing",
            "kind": "ppe_missing",
            "classes": ["person"],
            "required": ["helmet"],
            "persistence_s": 2.0,
            "cooldown_s": CALM_S,
            "severity": "critical",
            "regulation": REGULATION_EQUIPMENT,
        }
    )
    return rules


def rules_for_videos() -> list[dict[str, Any]]:
    """Any person, anywhere in the picture."""
    return [
        {
            "name": "Person seen",
            "kind": "zone_intrusion",
            "classes": ["person"],
            "persistence_s": 1.0,
            "cooldown_s": CALM_S,
            "severity": "medium",
        }
    ]
