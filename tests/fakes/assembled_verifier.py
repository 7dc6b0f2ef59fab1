"""A plugin of pytest: whoever imports a part of the checker gets the one file that is made of all of them."""

import importlib.util
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from controller.adapters import verify_bundle
from controller.adapters.verifier_file import verifier_file


def pytest_configure() -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "verify.py"
        file.write_bytes(verifier_file())
        found = importlib.util.spec_from_file_location("verify", file)
        assert found is not None
        assert found.loader is not None
        made = importlib.util.module_from_spec(found)
        sys.modules["verify"] = made
        found.loader.exec_module(made)
    for part in Path(verify_bundle.__file__).parent.glob("[a-z]*.py"):
        sys.modules[f"{verify_bundle.__name__}.{part.stem}"] = made
        setattr(verify_bundle, part.stem, made)
