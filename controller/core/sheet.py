"""A table for spreadsheets: as they want it, and none of its cells taken for a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_sheet(rows: Iterable[Sequence[object]]) -> str:
    """CSV with CRLF and a byte order mark: without it a spreadsheet guesses how Korean is written."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
