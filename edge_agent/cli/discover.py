"""`cctv-edge discover`: find ONVIF cameras, choose their main and sub streams, write them as settings."""

import getpass
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from edge_agent.adapters.onvif_network import EVERYBODY, FoundCamera, OnvifDevice, find_devices
from edge_agent.core.onvif import camera_name, with_credentials
from edge_agent.environment import camera_password
from shared.errors import CctvError, Rejected

_BAD_INPUT = 2
_PLACEHOLDER = "PASSWORD"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("discover")(discover)


def discover(
    address: Annotated[
        list[str] | None,
        typer.Option(
            "--address", help="A camera's own address (10.0.0.5 or http://10.0.0.5:8000/onvif/device_service)."
        ),
    ] = None,
    wait_s: Annotated[float, typer.Option("--wait", min=0.5, max=60, help="Seconds to wait for answers.")] = 3.0,
    user: Annotated[str, typer.Option("--user", help="The cameras' user; without one they are asked openly.")] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A new file for the settings, with the password, readable to you alone."),
    ] = None,
) -> None:
    """Find ONVIF cameras and print their settings. The password comes from CCTV_CAMERA_PASSWORD, or is asked for."""
    try:
        places = [_device(text) for text in address] if address else list(find_devices(wait_s, EVERYBODY))
        password = _password() if user and places else ""
        found, refused = _describe(places, user, password)
        sys.stdout.write(_settings(found, user, _PLACEHOLDER))
        if out is not None and found:
            _write(out, _settings(found, user, password))
            sys.stderr.write(f"cctv-edge discover: {out} holds the same with the password\n")
    except Rejected as fault:
        sys.stderr.write(f"cctv-edge discover: {fault}\n")
        raise typer.Exit(_BAD_INPUT) from None
    except CctvError as fault:
        sys.stderr.write(f"cctv-edge discover: {fault}\n")
        raise typer.Exit(1) from None
    if not places:
        sys.stderr.write("cctv-edge discover: no camera answered; routers pass no such question: try --address\n")
    if refused or not found:
        raise typer.Exit(1)


def _describe(places: list[str], user: str, password: str) -> tuple[list[FoundCamera], int]:
    """What can be learned of each; what cannot is said on stderr."""
    found, refused = [], 0
    for place in places:
        shown = ""
        try:
            device = OnvifDevice(place, user, password)
            shown = f"{device.host}:{device.port}: "
            found.append(device.describe())
        except CctvError as fault:
            refused += 1
            sys.stderr.write(f"cctv-edge discover: {shown}{fault}\n")
    return found, refused


def _settings(found: list[FoundCamera], user: str, password: str) -> str:
    """Tables for a node's file."""
    parts: list[str] = []
    names: list[str] = []
    for camera in found:
        names.append(camera_name(camera.host, camera.port, names))
        sub = "no sub stream" if camera.sub is None else f"sub {camera.sub}"
        lines = [
            f"# {camera.host}:{camera.port}: main {camera.main}, {sub}",
            "[[cameras]]",
            f"name = {json.dumps(names[-1])}",
            f"source = {json.dumps(with_credentials(camera.main_uri, user, password))}",
        ]
        if camera.sub is not None:
            lines.append(f"sub_source = {json.dumps(with_credentials(camera.sub_uri, user, password))}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _device(text: str) -> str:
    """A bare host is asked where ONVIF says that cameras listen."""
    return text if "://" in text else f"http://{text}/onvif/device_service"


def _password() -> str:
    given = camera_password()
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise Rejected("CCTV_CAMERA_PASSWORD", "is not set, and there is nobody to ask for the password")
    return getpass.getpass("The cameras' password: ")


def _write(path: Path, text: str) -> None:
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise Rejected("--out", f"{path}: {fault.strerror}") from None
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
