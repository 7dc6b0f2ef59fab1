"""The grid of a minute's motion: what was packed comes back, and what nobody packed is refused by its field."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pydantic import create_model

from shared import topics
from shared.errors import Rejected
from shared.messages import Fact, LedgerFact
from shared.motion_grid import COLUMNS, MINUTE_MS, ROWS, STEP_MS, MotionGrid, Moved, grid_of, pack, unpack

GOLDEN = Path(__file__).parents[2] / "golden" / "wire" / "v1"
SHAPE = (MINUTE_MS // STEP_MS, ROWS, COLUMNS)
SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 9), st.integers(1, 9))


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / f"fact.{name}.json").read_bytes())
    return found


@given(SHAPES.flatmap(lambda shape: arrays.arrays(np.bool_, shape)))
def test_what_was_packed_comes_back(moved: Moved) -> None:
    assert np.array_equal(unpack(pack(moved), moved.shape), moved)


@given(st.binary(max_size=60), SHAPES)
def test_every_minute_has_one_form_and_other_bytes_are_refused(packed: bytes, shape: tuple[int, int, int]) -> None:
    try:
        moved = unpack(packed, shape)
    except Rejected as fault:
        assert fault.field == "cells"
    else:
        assert pack(moved) == packed


@given(st.dictionaries(st.sampled_from(["columns", "rows", "step_ms", "cells"]), st.text(max_size=9) | st.integers()))
def test_a_hostile_grid_is_refused_by_its_field(motion: dict[str, Any]) -> None:
    payload = json.dumps({**sample("valid.ledger"), "motion": motion}).encode()
    try:
        topics.FACT.decode(payload)
    except Rejected as fault:
        assert fault.field.startswith("fact.cctv.fact.ledger.v1.motion")


@pytest.mark.parametrize(
    ("packed", "fault"),
    [
        (b"\x80", "ends within"),
        (b"\x80\x80\x80\x01\x01", "more than 3 bytes"),
        (b"\x01\x01\x00\x01", "without a cell"),
        (b"\x81\x00\x01", "longer than it is"),
        (b"\x01\x01\x01", "stands still"),
        (b"\x00\xff\xff\x7f", "2097151 cells where the minute has 6912"),
    ],
)
def test_a_fault_is_told_in_words(packed: bytes, fault: str) -> None:
    with pytest.raises(Rejected, match=fault):
        unpack(packed, SHAPE)
    motion = {"columns": 32, "rows": 18, "step_ms": 5000, "cells": base64.b64encode(packed).decode()}
    with pytest.raises(Rejected, match=fault) as refused:
        topics.FACT.decode(json.dumps({**sample("valid.ledger"), "motion": motion}).encode())
    assert refused.value.field == "fact.cctv.fact.ledger.v1.motion.cells"


def test_a_chequered_minute_still_fits() -> None:
    moved = np.indices(SHAPE).sum(axis=0) % 2 == 1
    assert np.array_equal(unpack(grid_of(moved).packed, SHAPE), moved)


def test_the_frozen_sample_is_the_cells_that_it_says() -> None:
    fact = topics.FACT.decode((GOLDEN / "fact.valid.ledger-motion.json").read_bytes())
    assert isinstance(fact, LedgerFact)
    assert fact.motion is not None
    moved = unpack(fact.motion.packed, SHAPE)
    assert np.argwhere(moved).tolist() == [
        *[[0, 1, column] for column in (1, 2, 3, 4)],
        *[[0, 2, column] for column in (1, 2, 3, 4)],
        [11, 17, 31],
    ]
    assert grid_of(unpack(fact.motion.packed, SHAPE)) == fact.motion


def test_a_still_minute_takes_no_cells() -> None:
    assert grid_of(np.zeros(SHAPE, np.bool_)) == MotionGrid(columns=COLUMNS, rows=ROWS, step_ms=STEP_MS)


def test_a_controller_of_before_reads_the_entry_without_the_grid() -> None:
    fields: Any = {
        name: (of.annotation, of)
        for name, of in LedgerFact.model_fields.items()
        if name not in {*Fact.model_fields, "motion"}
    }
    before = create_model("LedgerFactBefore", __base__=Fact, **fields)
    told = (GOLDEN / "fact.valid.ledger-motion.json").read_bytes()
    assert before.model_validate_json(told) == before.model_validate_json(json.dumps(sample("valid.ledger")))


def test_a_node_of_before_tells_none() -> None:
    fact = topics.FACT.decode((GOLDEN / "fact.valid.ledger.json").read_bytes())
    assert isinstance(fact, LedgerFact)
    assert fact.motion is None
    assert b"motion" not in topics.FACT.encode(fact)
