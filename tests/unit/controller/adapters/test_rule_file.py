"""Rule files: YAML or JSON, nothing executed, keys given once, bounded."""

from pathlib import Path

import pytest

from controller.adapters.rule_file import read_rule_document
from shared.errors import Rejected


def read(tmp_path: Path, text: str) -> object:
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    return read_rule_document(file)


def test_yaml_and_json_are_the_same(tmp_path: Path) -> None:
    wanted = {"rules": [{"name": "a", "zone": [[0, 0.5]]}]}
    assert read(tmp_path, "rules:\n  - name: a\n    zone: [[0, 0.5]]\n") == wanted
    assert read(tmp_path, '\ufeff{"rules": [{"name": "a", "zone": [[0, 0.5]]}]}') == wanted


@pytest.mark.parametrize(
    "text",
    ["rules: [", "!!python/object/apply:os.system ['true']", "a: 1\na: 2\n", "\x00", "rules: " + "[" * 100_000],
)
def test_what_cannot_be_read_is_rejected(tmp_path: Path, text: str) -> None:
    with pytest.raises(Rejected) as caught:
        read(tmp_path, text)
    assert caught.value.field == "rules"


def test_a_bomb_of_aliases_is_rejected(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x,x]"] + [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    with pytest.raises(Rejected, match="aliases"):
        read(tmp_path, "\n".join(lines))


def test_a_missing_and_a_huge_file_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        read_rule_document(tmp_path / "none.yaml")
    with pytest.raises(Rejected, match="larger"):
        read(tmp_path, "#" * 1_000_001)
