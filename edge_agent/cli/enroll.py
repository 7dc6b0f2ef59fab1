"""`cctv-edge enroll`: let this node in at a site, by an invitation."""

import asyncio
import os
import random
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from edge_agent.adapters.enrolment_client import EnrolmentClient
from edge_agent.adapters.identity_file import Identity, IdentityFile
from edge_agent.adapters.node_key import ensure_node_key, key_fingerprint, request_certificate
from edge_agent.adapters.sealed_key import is_sealed, tpm_fault
from edge_agent.core.node_file import data_folder, write_node_file
from edge_agent.flows.enroll import Enrolling
from shared.clock import SystemClock
from shared.enrolment import EnrolledCamera
from shared.errors import CctvError, Rejected
from shared.ids import parse_name
from shared.invitation_token import InvitationToken, read_token
from shared.key_mark import shown_mark
from shared.source_url import parse_source

_BAD_INPUT, _STOPPED = 2, 130
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CAMERAS_MAX = 16
_BY_INPUT, _TOKEN_MAX = "-", 1000


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("enroll")(enroll)


def enroll(
    url: Annotated[str, typer.Argument(help="Address of the controller, as this node reaches it.")],
    token: Annotated[str, typer.Argument(help="What `cctv node invite` printed; -: its line on standard input.")],
    config: Annotated[Path, typer.Option("--config", help="The configuration to write; it must not exist.")] = Path(
        "node.toml"
    ),
    camera: Annotated[
        list[str] | None,
        typer.Option("--camera", help="NAME=SOURCE, instead of what the invitation names. May be repeated."),
    ] = None,
    ca: Annotated[
        Path | None, typer.Option("--ca", help="CA of a server whose certificate neither token nor system knows.")
    ] = None,
) -> None:
    """Make this node's key, ask to be let in, wait for approval, and write its configuration.

    The key never leaves the node. Interrupted, the same command goes on where it stopped.
    """
    _hide(token)
    try:
        asyncio.run(_enroll(_base(url), _token(token), _new_file(config), _cameras(camera or []), _text(ca)))
    except Rejected as fault:
        sys.stderr.write(f"cctv-edge: {fault}\n")
        raise typer.Exit(_BAD_INPUT) from None
    except CctvError as fault:
        sys.stderr.write(f"cctv-edge: {fault}\n")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The same command goes on where it stopped.\n")
        raise typer.Exit(_STOPPED) from None


async def _enroll(
    url: str, token: InvitationToken, config: Path, cameras: tuple[EnrolledCamera, ...], ca_pem: str | None
) -> None:
    key_file = config.with_name(f"{config.stem}-key.pem")
    key_pem = ensure_node_key(key_file)
    telling = _Telling(shown_mark(key_fingerprint(key_pem)))
    telling.begins(url, sealed=is_sealed(key_file.read_text(encoding="ascii")))
    client = EnrolmentClient(url, ca_pem, token.ca_sha256)
    enrolling = Enrolling(client, telling, SystemClock(), random.random)
    admission = await enrolling.admitted(token.proof, request_certificate(key_pem, "node"))
    telling.done()
    place = admission.broker if admission.broker.password is None else None
    home = config.parent.resolve()
    IdentityFile(home / data_folder(admission.node)).save(Identity(certificate=admission.certificate, broker=place))
    text = write_node_file(
        admission,
        url,
        admission.broker.host or urlsplit(url).hostname or "",
        key_file.name,
        cameras or admission.cameras,
        ca_pem or admission.ca_pem or admission.broker.ca_pem,
    )
    _write_new(config, text)
    count = len(cameras or admission.cameras)
    sys.stdout.write(f"{config}: node {admission.node}, {count} camera{'' if count == 1 else 's'}. Run it:\n\n")
    sys.stdout.write(f"  cctv-edge run --config {config}\n")


class _Telling:
    """One line that is told once; where somebody watches, another that shows that it goes on."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._said = ""
        self._watched = sys.stderr.isatty()
        self._turns = 0

    def begins(self, url: str, *, sealed: bool) -> None:
        kept = "sealed by this machine's TPM" if sealed else f"in a file: {tpm_fault() or 'it was made before'}"
        sys.stdout.write(f"Asks {url}. Fingerprint of this node's key ({kept}):\n\n  {self._mark}\n\n")
        sys.stdout.flush()

    def waits(self, node: str) -> None:
        self._say(
            f"Waits as {node} until somebody approves this fingerprint: "
            f"on the dashboard's page Site, or with `cctv node approve {node}`"
        )

    def away(self, fault: str) -> None:
        self._say(f"The controller does not answer, tries on: {fault}")

    def done(self) -> None:
        self._say("Approved")
        if self._watched:
            sys.stderr.write("\n")

    def _say(self, text: str) -> None:
        if text != self._said:
            sys.stderr.write(("\n" if self._watched and self._said else "") + text + ("" if self._watched else "\n"))
            self._said, self._turns = text, 0
        elif self._watched:
            self._turns += 1
            sys.stderr.write(".")
        sys.stderr.flush()


def _write_new(file: Path, text: str) -> None:
    """Whole or not at all, for its owner alone."""
    fresh = file.with_name(f".{file.name}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(file)
    except OSError as fault:
        raise Rejected("--config", f"{file}: {fault.strerror}") from None


def _hide(token: str) -> None:
    """Begin again without the token among this process's arguments, which everybody on the machine may read."""
    given = sys.orig_argv
    if token not in given or token == _BY_INPUT:
        return
    begun, told = os.pipe()
    os.write(told, token[:_TOKEN_MAX].encode() + b"\n")
    os.close(told)
    os.dup2(begun, 0)
    os.execv(sys.executable, [sys.executable, *(_BY_INPUT if one == token else one for one in given[1:])])  # noqa: S606


def _token(text: str) -> InvitationToken:
    return read_token(sys.stdin.readline(_TOKEN_MAX).strip() if text == _BY_INPUT else text)


def _base(url: str) -> str:
    """The controller's address; clear text only on this machine, where nobody listens in."""
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise Rejected("URL", f"{url[:100]!r} is not an address like https://cctv.example:8443")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise Rejected("URL", "is clear text: the invitation would be read on its way. Use https://")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def _cameras(given: list[str]) -> tuple[EnrolledCamera, ...]:
    found: list[EnrolledCamera] = []
    for text in given:
        name, separator, source = text.partition("=")
        if not separator:
            raise Rejected("--camera", f"{text[:100]!r} is not NAME=SOURCE")
        parse_source(source, f"camera {name}")
        found.append(EnrolledCamera(name=parse_name("--camera", name), source=source))
    names = [one.name for one in found]
    if len(set(names)) != len(names) or len(names) > _CAMERAS_MAX:
        raise Rejected("--camera", f"a node has up to {_CAMERAS_MAX} cameras, each with a name of its own")
    return tuple(found)


def _new_file(config: Path) -> Path:
    if config.exists():
        raise Rejected("--config", f"{config} exists: this node is enrolled, or another file's name is wanted")
    if not config.parent.is_dir():
        raise Rejected("--config", f"there is no folder {config.parent}")
    return config


def _text(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as fault:
        raise Rejected("--ca", f"{file} cannot be read: {fault}") from None
