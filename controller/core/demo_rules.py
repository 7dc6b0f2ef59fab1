"""The rules that the demo is started with."""

from collections.abc import Sequence
from typing import Any

_CONFIRM = "— 현장 확인 필요 (to be confirmed by the site)"
REGULATION_ENTRY = f"산업안전보건기준에 관한 규칙 제20조(출입의 금지 등) {_CONFIRM}"
REGULATION_EQUIPMENT = f"산업안전보건기준에 관한 규칙 제32조(보호구의 지급 등) {_CONFIRM}"


def rules_for_scenes(zones: Sequence[tuple[str, list[list[float]]]]) -> list[dict[str, Any]]:
    """A danger zone per (camera, polygon) and helmets everywhere."""
    rules: list[dict[str, Any]] = [
        {
            "name": f"위험구역 출입 ({camera.partition('.')[2]})",
            "kind": "zone_intrusion",
            "camera": camera,
            "classes": ["person"],
            "zone": zone,
            "zone_name": "위험구역",
            "persistence_s": 2.0,
            "severity": "high",
            "regulation": REGULATION_ENTRY,
        }
        for camera, zone in zones
    ]
    rules.append(
        {
            "name": "안전모 미착용",
            "kind": "ppe_missing",
            "classes": ["person"],
            "required": ["helmet"],
            "persistence_s": 2.0,
            "severity": "critical",
            "regulation": REGULATION_EQUIPMENT,
        }
    )
    return rules


def rules_for_videos() -> list[dict[str, Any]]:
    """Any person, anywhere in the picture."""
    return [
        {
            "name": "사람 감지 (person)",
            "kind": "zone_intrusion",
            "classes": ["person"],
            "persistence_s": 1.0,
            "severity": "medium",
        }
    ]
