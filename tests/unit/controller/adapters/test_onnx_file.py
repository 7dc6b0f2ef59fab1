"""What is refused before the runtime sees it: damage, other files, operators of others, tensors beyond all measure."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from controller.adapters.onnx_file import check_onnx_file
from shared.errors import Rejected
from tests.onnx_models import build_model


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return build_model(tmp_path / "good.onnx", np.zeros((6, 84), np.float32), metadata={"names": "['a', 'b']"})


def fault_of(file: Path) -> str:
    with pytest.raises(Rejected) as caught:
        check_onnx_file(file)
    assert caught.value.field == "model"
    return caught.value.fault


def test_a_sound_model_passes(good: Path) -> None:
    check_onnx_file(good)


@pytest.mark.parametrize("location", ["weights.bin", "../../outside.bin", "/etc/hostname", ""])
def test_weights_in_another_file_are_refused(good: Path, location: str) -> None:
    model = onnx.load(str(good))
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", location
    good.write_bytes(model.SerializeToString())
    assert "keeps weights in another file" in fault_of(good)


def test_weights_in_another_file_are_found_inside_an_attribute(good: Path) -> None:
    tensor = helper.make_tensor("value", TensorProto.FLOAT, [1], [1.0])
    tensor.external_data.add(key="location", value="../x")
    inner = helper.make_graph([helper.make_node("Constant", [], ["c"], value=tensor)], "inner", [], [])
    model = onnx.load(str(good))
    model.graph.node.append(helper.make_node("If", ["mean"], ["d"], then_branch=inner, else_branch=inner))
    good.write_bytes(model.SerializeToString())
    assert "'../x'" in fault_of(good)


def test_operators_of_others_are_refused_by_name(good: Path) -> None:
    model = onnx.load(str(good))
    model.graph.node.append(helper.make_node("EfficientNMS", ["mean"], ["d"], domain="nvidia.plugins"))
    good.write_bytes(model.SerializeToString())
    assert "'EfficientNMS' of 'nvidia.plugins'" in fault_of(good)
    function = helper.make_function(
        "nvidia.plugins", "EfficientNMS", ["a"], ["b"], [helper.make_node("Identity", ["a"], ["b"])], []
    )
    model.functions.append(function)
    good.write_bytes(model.SerializeToString())
    check_onnx_file(good)


@pytest.mark.parametrize("dims", [[1 << 40], [1 << 16, 1 << 16], [-5]])
def test_tensors_beyond_all_measure_are_refused(good: Path, dims: list[int]) -> None:
    model = onnx.load(str(good))
    del model.graph.initializer[0].dims[:]
    model.graph.initializer[0].dims.extend(dims)
    good.write_bytes(model.SerializeToString())
    assert "has a tensor of" in fault_of(good)


def test_graphs_without_end_are_refused(good: Path) -> None:
    graph = helper.make_graph([], "innermost", [], [])
    for n in range(20):
        graph = helper.make_graph([helper.make_node("If", ["x"], ["y"], then_branch=graph)], str(n), [], [])
    good.write_bytes(helper.make_model(graph).SerializeToString())
    assert "damaged" in fault_of(good)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "m.onnx"
    for content in (b"", b"\x00", b"this is no protobuf", b"PK\x03\x04" + bytes(64), b"\x08\x01" * 50):
        file.write_bytes(content)
        assert "damaged, or no ONNX file" in fault_of(file)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 100_000),
    changes=st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), max_size=8),
)
def test_any_damage_passes_or_is_refused(good: Path, cut: int, changes: list[tuple[int, int]]) -> None:
    whole = bytearray(good.read_bytes())
    for place, value in changes:
        whole[place % len(whole)] = value
    damaged = good.with_name("damaged.onnx")
    damaged.write_bytes(whole[: cut % len(whole)] if cut % 2 else whole)
    try:
        check_onnx_file(damaged)
    except Rejected as fault:
        assert fault.field == "model"
