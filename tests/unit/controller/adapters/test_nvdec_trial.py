"""Which decoder a worker takes: never one that ended its trial, however it ended; every fallback says why."""

import json
import sys
from pathlib import Path

import pytest

from controller.adapters.died_busy import Busy, died_busy
from controller.adapters.nvdec_trial import open_decoding
from controller.adapters.scratch import scratch_folder

FAKE = "tests.fakes.nvdec_library"


def child(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def telling(**faults: str) -> tuple[str, ...]:
    return child(f"print('words of a driver'); print({json.dumps(json.dumps(faults))})")


@pytest.mark.parametrize("wanted", ["auto", "cpu"])
def test_without_the_package_nothing_is_said_to_who_did_not_ask(wanted: str) -> None:
    found = open_decoding(wanted, package="no_such_package", argv=child("raise SystemExit(9)"))
    assert (found.hardware, found.notice) == (None, None)


def test_the_processor_is_never_tried() -> None:
    found = open_decoding("cpu", package=FAKE, argv=child("raise SystemExit(9)"))
    assert (found.hardware, found.notice) == (None, None)


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (child("import os; os.kill(os.getpid(), 11)"), "its trial ended with -11: without a word"),
        (child("import sys; sys.exit('first\\n[FATAL] CUDA driver API error')"), "with 1: [FATAL] CUDA driver API"),
        (child("print('no JSON')"), "Expecting value"),
        (child("pass"), "list index out of range"),
        (telling(), "its trial told nothing"),
        (telling(h264="no decoder: x", hevc="y"), "h264: no decoder: x; hevc: y"),
    ],
)
def test_a_trial_that_ends_badly_is_told_and_the_processor_decodes(argv: tuple[str, ...], why: str) -> None:
    found = open_decoding("auto", package=FAKE, argv=argv)
    assert found.hardware is None
    assert str(found.notice).startswith("nvdec does not decode stored footage, the CPU does: ")
    assert why in str(found.notice)


def test_what_is_not_installed_or_ended_a_worker_is_told() -> None:
    absent = open_decoding("nvdec", package="no_such_package")
    assert "no_such_package is not installed" in str(absent.notice)
    died = open_decoding("auto", package=FAKE, died=True, argv=telling(h264=""))
    assert died.hardware is None
    assert "the worker before this one ended while it decoded with it" in str(died.notice)


def test_a_codec_that_passes_is_used_and_one_that_does_not_is_told() -> None:
    whole = open_decoding("auto", package=FAKE, argv=telling(h264="", hevc=""))
    assert whole.hardware is not None
    assert whole.notice is None
    half = open_decoding("nvdec", package=FAKE, argv=telling(h264="", hevc="times"))
    assert half.hardware is not None
    assert str(half.notice) == "nvdec (hevc) does not decode stored footage, the CPU does: times"


def test_only_a_worker_that_died_at_it_leaves_a_mark(tmp_path: Path) -> None:
    with scratch_folder(tmp_path, "worker") as folder:
        busy = Busy(folder)
        busy.begin()
        busy.begin()
        busy.end()
        assert (folder / "busy").exists()
        busy.end()
        assert not (folder / "busy").exists()
        busy.begin()
    assert not died_busy(tmp_path, "worker"), "one that ended in order took its folder along"
    busy.end()
    busy.begin()
    dead = tmp_path / "worker-4194999"
    dead.mkdir()
    assert not died_busy(tmp_path, "worker"), "it died, but not at this"
    (dead / "busy").touch()
    assert died_busy(tmp_path, "worker")
    assert not died_busy(tmp_path, "enrich")
    with scratch_folder(tmp_path, "worker"):
        assert not died_busy(tmp_path, "worker"), "said once"
