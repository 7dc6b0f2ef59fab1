"""The site's secrets on disk: made once, readable by their owner only."""

import os
import secrets
from pathlib import Path

from shared.errors import Rejected

_KEY_BYTES = 32


def write_secret(file: Path, text: str) -> None:
    """Write a new or changed secret, mode 0600, whole or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)


def ensure_key(file: Path) -> str:
    """The random key in `file`, made at first use."""
    if not file.exists():
        write_secret(file, secrets.token_hex(_KEY_BYTES))
    text = file.read_text(encoding="utf-8").strip()
    if len(text) < _KEY_BYTES:
        raise Rejected(str(file), "holds a weak key: remove the file to have a new one made")
    return text


def write_private(file: Path, data: bytes) -> None:
    """Write a new file that only its owner may read; `Rejected` when there is one or no room for it."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
    except OSError as fault:
        raise Rejected(str(file), f"cannot be written: {fault.strerror}") from None
