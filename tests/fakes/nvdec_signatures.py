"""The signatures of an installed PyNvVideoCodec, told by itself: its driver is pretended, for nothing is called."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FUNCTIONS = ("CreateDecoder",)
CLASSES = ("PacketData", "DecodedFrame", "PyNvDecoder")
ENUMS = ("cudaVideoCodec", "Pixel_Format", "OutputColorType", "DisplayDecodeLatencyType")

_TELL = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("_PyNvVideoCodec", sys.argv[1])
package = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
functions, classes, enums = (names.split(",") for names in sys.argv[2:5])
print(json.dumps({
    "functions": {name: getattr(package, name).__doc__ for name in functions},
    "classes": {name: [key for key in vars(getattr(package, name)) if key[0] != "_"] for name in classes},
    "enums": {name: {key: int(value) for key, value in getattr(package, name).__members__.items()} for name in enums},
}))
"""


def why_not() -> str:
    """What is missing to ask it; empty when nothing is."""
    if importlib.util.find_spec("PyNvVideoCodec") is None:
        return "PyNvVideoCodec is not installed"
    missing = [tool for tool in ("gcc", "nm") if shutil.which(tool) is None]
    return f"{', '.join(missing)} not installed" if missing else ""


def real_signatures(folder: Path) -> dict[str, Any]:
    """Names of parameters, attributes and members, in the form of `nvdec_library.json`."""
    spec = importlib.util.find_spec("PyNvVideoCodec")
    assert spec is not None
    assert spec.origin is not None
    tag = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    (extension,) = Path(spec.origin).parent.glob(f"PyNvVideoCodec_121.{tag}-*.so")
    table = subprocess.run(["nm", "-D", "--undefined-only", extension], capture_output=True, text=True, check=True)
    names = sorted(set(re.findall(r" U (cu[A-Z]\w*)$", table.stdout, re.MULTILINE)))
    source = folder / "driver.c"
    source.write_text("".join(f"int {name}(void) {{ return 100; }}\n" for name in names), encoding="utf-8")
    driver = ["gcc", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o", str(folder / "libcuda.so.1"), str(source)]
    subprocess.run(driver, check=True)
    told = subprocess.run(
        [sys.executable, "-c", _TELL, extension, ",".join(FUNCTIONS), ",".join(CLASSES), ",".join(ENUMS)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LD_LIBRARY_PATH": str(folder)},
    )
    found: dict[str, Any] = json.loads(told.stdout)
    found["functions"] = {name: _parameters(text) for name, text in found["functions"].items()}
    found["classes"] = {name: sorted(keys) for name, keys in found["classes"].items()}
    return found


def _parameters(text: str) -> list[str]:
    """Of the first form that the documentation names."""
    first = next(line for line in text.splitlines() if line.startswith("1. "))
    return re.findall(r"[(,] ?(\w+): ", first)
