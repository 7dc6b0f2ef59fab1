"""No bytes of another process become objects that say what they are: a hostile stream may have written them."""

import ast

import pytest

from tests.repo.tree import PACKAGES, matching, text_of

BY_NAME = {"pickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
OF_PROCESSES = {
    "multiprocessing",
    "multiprocessing.connection.Connection",
    "multiprocessing.context.ForkServerProcess",
    "multiprocessing.reduction.DupFd",
}
CALLED = {"Pipe", "get_context"}
"""Of `multiprocessing` itself: its queues, pools and managers read pickles of their children."""
HEARS = {
    "edge_agent/adapters/camera_child.py": "its agent",
    "edge_agent/adapters/detector_child.py": "its agent",
    "edge_agent/adapters/reach.py": "bytes of a socket",
    "controller/adapters/relay_link.py": "text and bytes of a web socket",
}
MODULES = [name for name in matching(".py") if name.startswith(tuple(f"{package}/" for package in PACKAGES))]


def faults_of(text: str, *, hears: bool) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if not may_be_imported(alias.name)]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{one.name}" for one in node.names if not may_be_imported(node.module, one.name)]
        elif isinstance(node, ast.Attribute):
            of = node.value.id if isinstance(node.value, ast.Name) else ""
            if (node.attr == "recv" and not hears) or (of == "multiprocessing" and node.attr not in CALLED):
                found.append(f"{of}.{node.attr}")
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            found.append("allow_pickle")
    return found


def may_be_imported(module: str, name: str = "") -> bool:
    if module.partition(".")[0] in BY_NAME or module.startswith("concurrent.futures.process"):
        return False
    if name == "ProcessPoolExecutor":
        return False
    return not module.startswith("multiprocessing") or f"{module}.{name}".rstrip(".") in OF_PROCESSES


def test_no_module_reads_objects() -> None:
    assert len(MODULES) > 300
    assert {name: found for name in MODULES if (found := faults_of(text_of(name), hears=name in HEARS))} == {}


@pytest.mark.parametrize("name", sorted(HEARS))
def test_who_may_is_still_there_and_does(name: str) -> None:
    assert faults_of(text_of(name), hears=False) != []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from pickle import loads",
        "import multiprocessing\nmultiprocessing.Queue()",
        "from multiprocessing import Queue",
        "from multiprocessing.connection import Client",
        "from concurrent.futures import ProcessPoolExecutor",
        "def f(c):\n    return c.recv()",
        "read = connection.recv",
        "numpy.load(file, allow_pickle=True)",
    ],
)
def test_what_would_be_found(text: str) -> None:
    assert faults_of(text, hears=False) != []
