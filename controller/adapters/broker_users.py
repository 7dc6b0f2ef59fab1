"""The broker's users: one password file and one ACL file in mosquitto's formats, read by both brokers."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from controller.adapters.lock_file import in_turn
from shared.errors import Rejected
from shared.ids import parse_name
from shared.topics import ACCOUNT_KINDS, DISCOVERY, PREFIX, account_acl, node_acl

CONTROLLER = "controller"
SYS = "$SYS/broker"
"""What a broker tells of itself: for the controller alone."""
_ITERATIONS = 101  # mosquitto's own figure; these passwords are random, never chosen by a person
_SALT_BYTES = 12
_HASH_BYTES = 64
_PASSWORD_BYTES = 24


def mint_password() -> str:
    """A random password for a machine."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def hash_password(password: str, salt: bytes) -> str:
    """`$7$iterations$salt$hash` as mosquitto 2 writes it (PBKDF2-SHA512)."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS, _HASH_BYTES)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def verify_password(password: str, hashed: str) -> bool:
    """Constant-time check of a password against its line."""
    try:
        _, kind, iterations, salt, digest = hashed.split("$")
        if kind != "7" or "\0" in password:  # HMAC fills its key up with zeros: it would fit without them as well
            return False
        made = hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(salt), int(iterations), _HASH_BYTES)
        return hmac.compare_digest(made, base64.b64decode(digest))
    except ValueError:
        return False


def may(user: str, action: str, topic: str) -> bool:
    """Whether `user` may `write`, `read` (receive) or `subscribe` to `topic`; default no."""
    if user == CONTROLLER:
        own = topic == PREFIX or topic.startswith(f"{PREFIX}/")
        if action != "write" and topic.startswith(f"{SYS}/"):
            return True
        return own or (action == "write" and topic.startswith(f"{DISCOVERY}/"))
    rules = _rules(user)
    allowed = rules["write"] if action == "write" else rules["read"]
    return any(_covers(rule, topic) for rule in allowed)


def _covers(rule: str, topic: str) -> bool:
    """True when every topic that `topic` (a topic or a filter) can mean is inside `rule`."""
    wanted, given = rule.split("/"), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return len(given) >= place
        if place >= len(given) or given[place] == "#":
            return False
        if given[place] != level and level != "+":
            return False
    return len(wanted) == len(given)


@dataclass(frozen=True, slots=True)
class BrokerUsers:
    """The two files in `folder`. Every change is written whole and put in place by rename."""

    folder: Path

    @property
    def password_file(self) -> Path:
        return self.folder / "passwords"

    @property
    def acl_file(self) -> Path:
        return self.folder / "acl"

    def read(self) -> dict[str, str]:
        """User name to hash."""
        try:
            lines = self.password_file.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as fault:
            raise Rejected(str(self.password_file), f"cannot be read: {fault}") from None
        return {user: hashed for user, _, hashed in (line.partition(":") for line in lines) if hashed}

    def set(self, user: str, password: str) -> None:
        """Add a user or give it a new password."""
        if user != CONTROLLER:
            kind, dot, name = user.partition(".")
            parse_name("user", name if dot and kind in ACCOUNT_KINDS else user)
        with self._in_turn():
            self._write(self.read() | {user: hash_password(password, secrets.token_bytes(_SALT_BYTES))})

    def renew(self) -> None:
        """Write both files anew: what their users may do was decided by the version that wrote them."""
        with self._in_turn():
            if users := self.read():
                self._write(users)

    def replace(self, users: Mapping[str, str]) -> None:
        """Write both files for these users and no others: name to hash."""
        self._write(users)

    def remove(self, user: str) -> None:
        with self._in_turn():
            self._write({name: hashed for name, hashed in self.read().items() if name != user})

    def _in_turn(self) -> AbstractContextManager[None]:
        return in_turn(self.folder / "users.lock")

    def _write(self, users: Mapping[str, str]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(self.acl_file, "\n".join(_acl_lines(user) for user in sorted(users)))
        _replace(self.password_file, "".join(f"{user}:{hashed}\n" for user, hashed in sorted(users.items())))


def voided(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Nodes whose line is gone or another one: mosquitto leaves who came in by certificate connected."""
    return [
        user for user, hashed in before.items() if user != CONTROLLER and "." not in user and now.get(user) != hashed
    ]


class OthersBroker:
    """`BrokerCredentials` of a broker that somebody else runs: it knows nodes by their certificates alone."""

    def set(self, user: str, password: str) -> None:
        """Nothing to write here."""

    def remove(self, user: str) -> None:
        """Its list of revoked certificates shuts the node out."""


def _rules(user: str) -> Mapping[Literal["write", "read"], tuple[str, ...]]:
    return account_acl(user) or node_acl(user)


def _acl_lines(user: str) -> str:
    lines = [f"user {user}"]
    if user == CONTROLLER:
        lines += [f"topic readwrite {PREFIX}/#", f"topic write {DISCOVERY}/#", f"topic read {SYS}/#"]
    else:
        for action, topics in sorted(_rules(user).items()):
            lines += [f"topic {action} {topic}" for topic in topics]
    return "\n".join(lines) + "\n"


def _replace(file: Path, text: str) -> None:
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
