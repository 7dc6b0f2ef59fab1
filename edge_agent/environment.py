"""What the environment tells the agent: its service manager's wishes, and a password for cameras."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServicePlace:
    """What a service manager tells a service: where it wants to hear `READY=1`, and how often a sign of life."""

    notify_socket: str | None = None
    watchdog_ms: int | None = None


def service_place() -> ServicePlace:
    """Read systemd's environment; nothing there is fine."""
    watchdog = os.environ.get("WATCHDOG_USEC", "")  # noqa: TID251 - the one reader of the environment
    return ServicePlace(
        os.environ.get("NOTIFY_SOCKET") or None,  # noqa: TID251 - the same
        int(watchdog) // 1000 if watchdog.isascii() and watchdog.isdigit() else None,
    )


def camera_password() -> str | None:
    """The password that `cctv-edge discover` uses at cameras, from CCTV_CAMERA_PASSWORD."""
    return os.environ.get("CCTV_CAMERA_PASSWORD")  # noqa: TID251 - the same
