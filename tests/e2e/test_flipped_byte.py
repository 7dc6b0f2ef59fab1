"""The drill of the flipped byte: a site and its node record, a bundle is made, and whatever is done to it is named."""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from controller.adapters.verify_bundle.terms import MANIFEST
from tests.e2e.test_exports import cctv
from tests.fakes.spoiled import drill
from tests.servers.running_demo import running_demo, until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(420)]
TOLD_S = 150.0


def test_whatever_is_done_to_a_bundle_is_named_at_its_place(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        at_data = ("--data", str(demo.data))

        def told() -> str | None:
            """A camera whose node has told of a whole minute."""
            found = json.loads(cctv("evidence", "ledger", "--json", *at_data))
            return next((one["camera"] for one in found if one["entries"] >= 2 and one["signed"]), None)

        camera = str(until("a minute in the ledger", told, TOLD_S))
        end_s = int(time.time()) - 40
        span = [f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at))}Z" for at in (end_s - 50, end_s)]
        (tmp_path / "usb").mkdir()
        out = ("--out", str(tmp_path / "usb"), "--why", "drill")
        made = cctv("evidence", "bundle", camera, *span, *out, *at_data)
        (bundle,) = (tmp_path / "usb").iterdir()
        key = cctv("evidence", "key", *at_data).split()[0]
        assert key in made
        with contextlib.closing(demo.log_in()) as client:
            assert client.get("/api/v1/exports").json()["items"][0]["form"] == "bundle"
    document = json.loads((bundle / MANIFEST).read_text())
    assert document["files"], "there is footage in it"
    assert document["ledgers"][0]["entries"]
    alone = [sys.executable, "-I", str(bundle / "verify.py"), str(bundle), "--key", key, "--language", "en"]
    found = subprocess.run(alone, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert found.stdout.endswith("Everything is as it was signed.\n")
    assert drill(bundle, key, tmp_path) > 60
