"""Counts the rows of a checklist under docs/security by chapter and state, and writes the counts at its top."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "security"
CHECKLISTS = ("asvs.md", "etsi-en-303-645.md")
STATES = ("met", "partly", "not met", "not applicable")
_BLOCK = re.compile(r"(<!-- counts -->\n).*?(<!-- end of counts -->)", re.DOTALL)
_ID = re.compile(r"[0-9]+(\.[0-9]+)+")
_CELLS = 7


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement: its level, our words for it, how it stands, what holds it, what is missing."""

    id: str
    level: str
    about: str
    state: str
    how: str
    test: str
    missing: str

    @property
    def chapter(self) -> int:
        """The number before its first point."""
        return int(self.id.partition(".")[0])


def rows(text: str) -> Iterator[Row]:
    """Every row whose first cell is the number of a requirement; ValueError for one of another width."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or not _ID.fullmatch(cells[0]):
            continue
        if len(cells) != _CELLS:
            raise ValueError(f"{cells[0]} has {len(cells)} cells, not {_CELLS}")
        yield Row(*cells)


def chapters(text: str) -> dict[int, str]:
    """The titles of the chapters: `## 3 Web frontend`."""
    return {int(number): title for number, title in re.findall(r"^## ([0-9]+) (.+)$", text, re.MULTILINE)}


def counts(text: str) -> str:
    """The table of counts."""
    found = list(rows(text))
    titles = chapters(text)
    lines = [f"| chapter | {' | '.join(STATES)} | rows |", f"|---|{'---:|' * (len(STATES) + 1)}"]
    parts = [(f"{one} {titles[one]}", [row for row in found if row.chapter == one]) for one in sorted(titles)]
    parts.append(("**all**", found))
    levels = sorted({row.level for row in found} - {""})
    parts += [(f"level {level}", [row for row in found if row.level == level]) for level in levels]
    lines += [_line(name, part) for name, part in parts]
    return "\n".join(lines) + "\n"


def counted(text: str) -> str:
    """The page with its counts as they are."""
    return _BLOCK.sub(lambda found: f"{found[1]}\n{counts(text)}\n{found[2]}", text)


def _line(name: str, part: list[Row]) -> str:
    states = Counter(row.state for row in part)
    return f"| {name} | {' | '.join(str(states[state]) for state in STATES)} | {len(part)} |"


if __name__ == "__main__":
    wrong = []
    for file in (FOLDER / name for name in CHECKLISTS):
        before = file.read_text(encoding="utf-8")
        after = counted(before)
        wrong += [file.name] if after != before else []
        if "--check" not in sys.argv[1:]:
            file.write_text(after, encoding="utf-8")
    sys.exit(f"counts are not right: {', '.join(wrong)}" if wrong and "--check" in sys.argv[1:] else 0)
