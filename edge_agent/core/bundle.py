"""Packs diagnostics: texts without secrets in one ZIP of bounded size. Pure."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime

from edge_agent.core.redact import redact

_LEFT_OUT = "[older lines are left out]\n"


def bundle(texts: Mapping[str, str], log: str, secrets: Iterable[str], at: datetime, bytes_max: int) -> bytes:
    """`texts` by file name and `log.txt`; of the log only the newest lines for which there is room.

    `texts` are taken whole: whoever gives them bounds them.
    """
    known = tuple(secrets)
    parts = {name: redact(text, known) for name, text in texts.items()}
    lines = redact(log, known)
    while True:
        packed = _zip({**parts, "log.txt": lines}, at)
        if len(packed) <= bytes_max or lines == _LEFT_OUT:
            return packed
        rest = lines.removeprefix(_LEFT_OUT)
        half = rest[len(rest) // 2 :].partition("\n")[2]
        lines = _LEFT_OUT + half


def _zip(parts: Mapping[str, str], at: datetime) -> bytes:
    written = io.BytesIO()
    stamp = (max(1980, at.year), at.month, at.day, at.hour, at.minute, at.second)  # a ZIP knows no earlier year
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, stamp), text.encode(), zipfile.ZIP_DEFLATED)
    return written.getvalue()
