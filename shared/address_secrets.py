"""Finds logins and secrets in addresses, in query and path alike, for whoever prints or stores them. Pure."""

import re
from urllib.parse import unquote

_WORDS = "pass|pwd|token|secret|key|user|auth|login|signature"
_NAMED = re.compile(rf"(?i)([?&/;,_][a-z_-]{{0,30}}(?:{_WORDS})[a-z_-]{{0,30}}=)[^&\s\"']+")
_VALUE = re.compile(rf"(?i)(?:{_WORDS})[a-z-]{{0,30}}=([^&/?;#]+)")
_NEXT = re.compile(r"[_,][A-Za-z-]{1,30}=")
_ADDRESS = re.compile(r"(?<=://)[^\s\"']+")


def hide_secrets(text: str, mark: str) -> str:
    """`text` with `mark` for all before an address's last `@`, and for what stands behind `password=` and the like."""
    text = _ADDRESS.sub(lambda found: _without_login(found[0], mark), text)
    return _NAMED.sub(lambda found: f"{found[1]}{mark}", text)


def shown_path(path: str) -> str:
    """The path of an address up to the first secret, which may hold any sign; what follows is an ellipsis."""
    named = _NAMED.search(path)
    end = 0 if "@" in path else len(path) if named is None else named.start()
    return path if end == len(path) else f"{path[:end]}/…"


def named_secrets(rest: str) -> tuple[str, ...]:
    """What path and query of an address name as secrets; as written, and decoded.

    Some cameras part names by `_`, which a password may hold too: the value is told up to it and beyond.
    """
    found: list[str] = []
    for match in _VALUE.finditer(rest):
        found.append(match[1])
        if (following := _NEXT.search(match[1])) is not None:
            found += [match[1][: following.start()], *named_secrets(match[1][following.start() + 1 :])]
    return tuple(dict.fromkeys(part for one in found for part in (one, unquote(one)) if part))


def has_secret_name(rest: str) -> bool:
    """Whether path or query of an address names a secret."""
    return _NAMED.search(rest) is not None


def _without_login(address: str, mark: str) -> str:
    login, at, rest = address.rpartition("@")
    return f"{mark}@{rest}" if at and login else address
