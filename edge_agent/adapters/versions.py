"""What runs here: the agent, Python, the kernel and the packages that matter."""

import platform
from importlib.metadata import PackageNotFoundError, version

PROJECT = "sht-cctv"
_PACKAGES = ("av", "numpy", "paho-mqtt", "picamera2", "pydantic", "httpx", "pillow")


def agent_version() -> str:
    """The installed package's, or what stands for none."""
    return _version(PROJECT) or "unpackaged"


def installed_versions() -> dict[str, str]:
    """By name; what is not installed is left out."""
    found = {"agent": agent_version(), "python": platform.python_version(), "kernel": platform.release()}
    found["machine"] = platform.machine()
    return found | {name: known for name in _PACKAGES if (known := _version(name))}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
