"""Cards: written and read the same, damage told by its place, other names only for classes that there are."""

from pathlib import Path

import pytest

from controller.adapters.model_card import ModelCard, card_file, changed_map, read_card, write_card
from shared.errors import Rejected

CARD = ModelCard(
    sha256="a" * 64, bytes=5, licence="MIT", head="yolox", input=(64, 32), classes=("item", "hat"),
    class_map=(("item", "person"),), values="unit", placing="stretch",
)  # fmt: skip


def test_a_card_comes_back_as_it_was(tmp_path: Path) -> None:
    assert read_card(tmp_path, "m") is None
    write_card(tmp_path, "m", CARD)
    assert read_card(tmp_path, "m") == CARD
    assert [f.name for f in tmp_path.iterdir()] == ["m.model.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"sha256": 5}', '{"values": "loud"}', '{"class_map": [["a"]]}', "x" * 300_000]
)
def test_damage_is_told(tmp_path: Path, text: str) -> None:
    card_file(tmp_path, "m").write_text(text, encoding="utf-8")
    with pytest.raises(Rejected, match=r"m\.model\.json"):
        read_card(tmp_path, "m")


def test_only_classes_that_there_are_get_other_names() -> None:
    card = changed_map(CARD, {"hat": ""}, CARD.classes)
    assert card.class_map == (("item", "person"), ("hat", ""))
    assert changed_map(card, {"hat": "hat", "item": "item"}, CARD.classes).class_map == ()
    with pytest.raises(Rejected, match="no class 'dog'"):
        changed_map(CARD, {"dog": "person"}, CARD.classes)
    with pytest.raises(Rejected, match="is not a class name"):
        changed_map(CARD, {"item": "a\nb"}, CARD.classes)
