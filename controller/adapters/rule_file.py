"""A rule file on disk: YAML or JSON, size-bound, parsed without building objects."""

import re
from pathlib import Path

import yaml

from shared.errors import Rejected

_MAX_BYTES = 1_000_000
_MAX_ALIASES = 50
_MAX_DEPTH = 32
_BRACKETS = re.compile(r"[\[\]{}]")


def read_rule_document(path: Path) -> object:
    """The parsed document, unchecked beyond its syntax (`core.rulebook` checks it)."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise Rejected("rules", f"{path} is larger than {_MAX_BYTES} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise Rejected("rules", f"{path} cannot be read: {fault}") from None
    if _depth(text) > _MAX_DEPTH:  # each level costs the scanner more than the one before
        raise Rejected("rules", f"{path} has brackets more than {_MAX_DEPTH} deep")
    try:
        aliases = sum(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader))
        if aliases > _MAX_ALIASES:
            raise Rejected("rules", f"{path} uses {aliases} YAML aliases (at most {_MAX_ALIASES})")
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise Rejected("rules", f"{path} is neither YAML nor JSON: {' '.join(str(fault).split())}") from None


def _depth(text: str) -> int:
    """How deep brackets go at most, those in texts too."""
    depth = deepest = 0
    for bracket in _BRACKETS.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


class _UniqueKeys(yaml.SafeLoader):
    """A SafeLoader that refuses a key given twice instead of taking the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                place = f"line {key.start_mark.line + 1}"
                raise yaml.constructor.ConstructorError(None, None, f"{place}: {key.value!r} is given twice")
            seen.add(str(key.value))
        return dict(super().construct_mapping(node, deep=deep))
