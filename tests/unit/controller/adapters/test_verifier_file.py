"""The checker as one file: made of its parts alone, always the same, and passing all that its parts pass."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from controller.adapters import verifier_file as assembler
from controller.adapters import verify_bundle
from controller.adapters.verifier_file import verifier_file
from shared.errors import Broken

PARTS = sorted(Path(verify_bundle.__file__).parent.glob("[a-z]*.py"))
SUITE = [
    "tests/unit/controller/adapters/test_verify_bundle.py",
    "tests/contract/controller/test_bundle_zip.py",
    "tests/contract/controller/test_bundle_certificates.py",
    "tests/contract/controller/test_bundles.py",
]


def defined(text: str) -> set[str]:
    """Each function and class, as it is written."""
    return {ast.dump(one) for one in ast.parse(text).body if isinstance(one, ast.FunctionDef | ast.ClassDef)}


def test_it_has_all_of_its_parts_and_nothing_else() -> None:
    parts = [defined(part.read_text(encoding="utf-8")) for part in PARTS]
    assert len(parts) >= 15
    assert defined(verifier_file().decode()) == set().union(*parts)


def test_the_same_parts_are_the_same_file() -> None:
    hashes = []
    for seed in ("1", "2"):
        told = "import hashlib; from controller.adapters.verifier_file import verifier_file as made; "
        command = [sys.executable, "-c", f"{told}print(hashlib.sha256(made()).hexdigest())"]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, capture_output=True, check=True, timeout=60, env=environment)
        hashes.append(done.stdout)
    assert hashes[0] == hashes[1]


def test_two_parts_with_a_name_in_common_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = verify_bundle.__name__
    (tmp_path / "command.py").write_text(f'"""A."""\nimport sys\nfrom {package}.other import there\n\nP = 1\n')
    (tmp_path / "other.py").write_text('"""B."""\nimport os\n\nP = 2\n\n\ndef there() -> str:\n    return os.sep\n')
    monkeypatch.setattr(assembler, "_FOLDER", tmp_path)
    verifier_file.cache_clear()
    with pytest.raises(Broken, match="P"):
        verifier_file()
    verifier_file.cache_clear()


@pytest.mark.long
def test_the_one_file_passes_what_its_parts_pass() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "tests.fakes.assembled_verifier", *SUITE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1_200, check=False)
    assert done.returncode == 0, done.stdout[-4_000:]
