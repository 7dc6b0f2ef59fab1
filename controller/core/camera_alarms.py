"""What is open at each camera: how many alarms, how many that nobody took up, and the gravest. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.kinds import SEVERITIES, AlarmState, Severity


@dataclass(frozen=True, slots=True)
class OpenAt:
    """An open alarm as far as its cameras go."""

    cameras: tuple[str, ...]
    severity: Severity
    state: AlarmState


@dataclass(frozen=True, slots=True)
class CameraAlarms:
    """The open alarms of one camera. `severity`: of the gravest."""

    open: int = 0
    raised: int = 0
    severity: Severity | None = None


def per_camera(cameras: Iterable[str], alarms: Iterable[OpenAt]) -> dict[str, CameraAlarms]:
    """Of every camera named, those at which nothing is open too."""
    found = {camera: CameraAlarms() for camera in cameras}
    for alarm in alarms:
        for camera in dict.fromkeys(alarm.cameras):
            before = found.get(camera, CameraAlarms())
            known: Severity = before.severity or alarm.severity
            gravest = alarm.severity if SEVERITIES.index(alarm.severity) > SEVERITIES.index(known) else known
            found[camera] = CameraAlarms(before.open + 1, before.raised + (alarm.state == "raised"), gravest)
    return found
