"""A mosquitto broker with the product's settings."""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.servers.processes import Server, answers, free_port, program

_ITERATIONS = 101  # mosquitto_passwd's own default


def password_line(user: str, password: str) -> str:
    """A line of mosquitto's password file (PBKDF2 with SHA-512)."""
    salt = os.urandom(12)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS, 64)
    return f"{user}:$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}\n"


@dataclass(frozen=True, slots=True)
class Mosquitto:
    """A running broker; `server` stops, kills and starts it again on the same port."""

    host: str
    port: int
    server: Server


def start_mosquitto(
    folder: Path, *, users: Mapping[str, str] | None = None, acl: str | None = None, conf: str = ""
) -> Mosquitto:
    """Start a broker on loopback. Without `users` it is open; `conf` lines come last and win."""
    binary = program("mosquitto", what="mosquitto")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    lines = [
        f"listener {port} 127.0.0.1",
        "set_tcp_nodelay true",
        "persistence false",
        "max_queued_messages 10000",
    ]
    if os.geteuid() == 0:
        lines.append("user root")  # dropping privileges would also drop the tether to the tests
    if users is None:
        lines.append("allow_anonymous true")
    else:
        passwords = folder / "passwords"
        passwords.write_text("".join(password_line(user, password) for user, password in users.items()))
        passwords.chmod(0o600)
        lines += ["allow_anonymous false", f"password_file {passwords}"]
    if acl is not None:
        rights = folder / "acl"
        rights.write_text(acl)
        rights.chmod(0o600)
        lines.append(f"acl_file {rights}")
    settings = folder / "mosquitto.conf"
    settings.write_text("\n".join([*lines, conf, ""]))
    server = Server((binary, "-c", str(settings)), folder / "mosquitto.log", lambda: answers(port))
    server.start()
    return Mosquitto("127.0.0.1", port, server)
