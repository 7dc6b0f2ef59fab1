"""Names of a model's classes: behind the file, beside it, or given; whatever the file is."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.adapters.label_files import read_labels
from shared.errors import Rejected


def model_with(path: Path, files: dict[str, str]) -> Path:
    path.write_bytes(b"....TFL3")
    with zipfile.ZipFile(path, "a") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_names_and_metadata_lie_behind_the_file(tmp_path: Path) -> None:
    model = model_with(tmp_path / "m.tflite", {"labelmap.txt": "person\n???\ncar\n"})
    assert read_labels(model, None) == (("person", "???", "car"), {})
    told = "{'names': {0: 'person', 1: 'car'}, 'task': 'detect', 'stride': 32}"
    model = model_with(tmp_path / "y.tflite", {"temp_meta.txt": told})
    assert read_labels(model, None) == (("person", "car"), {"task": "detect", "stride": "32"})


def test_what_is_given_counts_before_what_lies_beside_and_that_before_the_files_own(tmp_path: Path) -> None:
    model = model_with(tmp_path / "m.tflite", {"labelmap.txt": "own\n"})
    (tmp_path / "m.labelmap.txt").write_text("beside\n")
    assert read_labels(model, None)[0] == ("beside",)
    (tmp_path / "l.txt").write_text("given\n")
    assert read_labels(model, tmp_path / "l.txt")[0] == ("given",)


def test_labels_that_are_none_are_refused_by_name(tmp_path: Path) -> None:
    model = model_with(tmp_path / "m.tflite", {})
    with pytest.raises(Rejected, match=r"labels: none\.txt: No such file"):
        read_labels(model, tmp_path / "none.txt")
    (tmp_path / "large.txt").write_bytes(b"a\n" * 150_000)
    with pytest.raises(Rejected, match=r"labels: large\.txt is larger than"):
        read_labels(model, tmp_path / "large.txt")
    with pytest.raises(Rejected, match="model metadata"):
        read_labels(model_with(tmp_path / "b.tflite", {"metadata.json": '{"names": 7}'}), None)


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_any_bytes_behind_a_model_are_names_or_none_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: bytes, after: bytes
) -> None:
    model = tmp_path_factory.mktemp("m") / "m.tflite"
    with zipfile.ZipFile(model, "w") as archive:
        archive.writestr("labels.txt", text)
    model.write_bytes(model.read_bytes() + after)
    try:
        names, _metadata = read_labels(model, None)
    except Rejected:
        return
    assert names is None or all(names)


def test_a_damaged_archive_behind_a_model_is_survived(tmp_path: Path) -> None:
    model = tmp_path / "m.tflite"
    with zipfile.ZipFile(model, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("labels.txt", "person\ncar\n" * 50)
    whole = model.read_bytes()
    for place in range(len(whole)):
        model.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            names, _metadata = read_labels(model, None)
        except Rejected:
            continue
        assert names is None or set(names) == {"person", "car"}
