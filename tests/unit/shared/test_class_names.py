"""Class names from whatever exporters and people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.class_names import COCO_80, names_from_document, names_from_lines, names_from_metadata
from shared.errors import Rejected


def test_the_coco_names_are_eighty_and_begin_with_person() -> None:
    assert len(set(COCO_80)) == 80
    assert (COCO_80[0], COCO_80[2], COCO_80[79]) == ("person", "car", "toothbrush")


@pytest.mark.parametrize(
    "text",
    ["{0: 'person', 1: 'helmet'}", '["person", "helmet"]', '{"1": "helmet", "0": "person"}', "person, helmet"],
)
def test_metadata_in_every_dialect(text: str) -> None:
    assert names_from_metadata("names", text) == ("person", "helmet")


def test_documents_hold_names_under_several_keys() -> None:
    for key in ("names", "labels", "classes"):
        assert names_from_document("f", {key: {0: "a", 1: "b"}, "nc": 2}) == ("a", "b")


def test_lines_may_end_with_blank_ones() -> None:
    assert names_from_lines("f", "person\n helmet \n\n") == ("person", "helmet")


@pytest.mark.parametrize(
    "document", [{}, [], {"a": "b"}, {0: "a", 2: "b"}, "person", None, 3, [""], ["a\nb"], ["x" * 65], ["a"] * 1001]
)
def test_what_is_no_list_of_names_is_rejected(document: object) -> None:
    with pytest.raises(Rejected):
        names_from_document("labels.json", document)


def test_too_much_text_is_rejected() -> None:
    with pytest.raises(Rejected):
        names_from_metadata("names", "x" * 200_001)
    with pytest.raises(Rejected):
        names_from_lines("names", "x" * 200_001)


@given(st.text(max_size=300))
def test_any_text_gives_names_or_a_rejection(text: str) -> None:
    for read in (names_from_metadata, names_from_lines):
        try:
            names = read("names", text)
        except Rejected:
            continue
        assert names
        assert all(names)
