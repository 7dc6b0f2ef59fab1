"""Takes secrets out of text that leaves the node. Pure."""

import re
from collections.abc import Iterable

from shared.address_secrets import hide_secrets

REDACTED = "[redacted]"
_LEAST = 4  # shorter ones would black out half of the text
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of `secrets` (or their lines), and without what looks like one."""
    for secret in sorted({part for whole in secrets for part in _parts(whole)}, key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    text = _PEM.sub(REDACTED, text)
    text = hide_secrets(text, REDACTED)
    return _BEARER.sub(rf"\1 {REDACTED}", text)


def _parts(secret: str) -> Iterable[str]:
    """A secret as it may stand in a text: as a whole, line by line (a key), or as JSON writes it."""
    lines = [line.strip() for line in secret.splitlines()]
    for part in (secret.strip(), *(line for line in lines if not line.startswith("-----"))):
        if len(part) >= _LEAST:
            yield part
            yield part.replace("\\", "\\\\").replace('"', '\\"')
