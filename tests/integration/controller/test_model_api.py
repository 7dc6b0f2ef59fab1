"""Models over HTTP and by the command line: put in, refused, tried, chosen, taken out; each deed on record."""

import asyncio
import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from controller.adapters.model_choice import ModelChoice
from controller.adapters.model_file import PACKAGED
from controller.api.server import PREFIX
from controller.cli import app
from tests.integration.controller.conftest import Served
from tests.onnx_models import build_model

pytestmark = pytest.mark.integration
PLACE = f"{PREFIX}/models"
RULE = {"name": "helmet", "kind": "ppe_missing", "required": ["helmet"], "persistence_s": 2.0, "severity": "critical"}


@pytest.fixture
def hats(tmp_path: Path) -> Path:
    answer = np.zeros((6, 84), np.float32)
    answer[:, 5] = (32, 32, 32, 16, 0.8, 0.1)
    return build_model(tmp_path / "hats.onnx", answer, metadata={"names": "['person', 'hat']"})


def record(served: Served) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(served.site.data_dir / "db.sqlite3")) as database:
        return database.execute("SELECT who, what, subject FROM audit WHERE what LIKE 'model.%' ORDER BY id").fetchall()


def left(served: Served) -> list[str]:
    return sorted(one.name for one in (served.site.data_dir / "models").glob("*"))


async def test_a_model_is_put_in_chosen_and_taken_out(served: Served, hats: Path) -> None:
    data = hats.read_bytes()
    async with served.client("admin") as admin, served.client("operator") as operator:
        assert (await operator.get(PLACE)).status_code == 403
        assert (await operator.put(f"{PLACE}/hats?licence=MIT", content=data)).status_code == 403
        before = (await admin.get(PLACE)).json()
        assert [(one["name"], one["state"], one["chosen"]) for one in before["models"]] == [("yard", "shipped", True)]
        assert "yolox-s" in [one["name"] for one in before["to_pull"]]
        put = await admin.put(f"{PLACE}/hats?licence=MIT&source=our+own", content=data)
        assert put.status_code == 200, put.text
        one = put.json()
        assert (one["sha256"], one["licence"], one["source"]) == (hashlib.sha256(data).hexdigest(), "MIT", "our own")
        assert (one["head"], one["classes"], one["precision"]) == ("ultralytics", ["person", "hat"], "float32")
        assert (one["input_width_px"], one["input_height_px"], one["removable"]) == (64, 64, True)
        again = await admin.put(f"{PLACE}/hats?licence=MIT", content=data)
        assert (again.status_code, again.json()["said"]["code"]) == (422, "model_name_taken")
        stale = await admin.put(PLACE, json={"name": "hats"}, headers={"If-Match": '"no such"'})
        assert stale.status_code == 412
        chosen = await admin.put(PLACE, json={"name": "hats"}, headers={"If-Match": before["tag"]})
        assert chosen.status_code == 200, chosen.text
        now = chosen.json()
        assert (now["chosen"], now["in_settings"], now["before"], now["by"]) == ("hats", "yard", "yard", "admin")
        assert now["tag"] == chosen.headers["ETag"] != before["tag"]
        refused = await admin.delete(f"{PLACE}/hats")
        assert (refused.status_code, refused.json()["said"]["code"]) == (422, "model_in_use")
        back = (await admin.put(PLACE, json={"name": None})).json()
        assert (back["chosen"], back["by"]) == ("yard", None)
        assert (await admin.delete(f"{PLACE}/yard")).json()["said"]["code"] == "model_shipped"
        assert (await admin.delete(f"{PLACE}/hats")).status_code == 204
        assert (await admin.get(f"{PLACE}/hats")).status_code == 404
    assert left(served) == []
    deeds = [("model.add", "hats"), ("model.use", "hats"), ("model.use", "yard"), ("model.remove", "hats")]
    assert record(served) == [("admin", what, subject) for what, subject in deeds]


async def test_one_that_lacks_what_rules_need_is_chosen_only_when_that_is_confirmed(served: Served, hats: Path) -> None:
    async with served.client("admin") as admin:
        assert (await admin.put(f"{PREFIX}/rules", json={"rules": [RULE]})).status_code == 200
        one = (await admin.put(f"{PLACE}/hats?licence=MIT", content=hats.read_bytes())).json()
        (lack,) = one["lacks"]
        assert lack["said"]["params"] == {"rule": "helmet", "model": "hats", "items": "helmet"}
        asked = await admin.put(PLACE, json={"name": "hats"})
        assert (asked.status_code, asked.json()["field"]) == (409, "confirm")
        assert (await admin.get(PLACE)).json()["chosen"] == "yard"
        assert (await admin.put(PLACE, json={"name": "hats", "confirm": True})).json()["chosen"] == "hats"
        missing = await admin.put(PLACE, json={"name": "nobody"})
        assert missing.json()["said"]["code"] == "model_not_here"


@pytest.mark.parametrize(
    ("data", "query", "field", "code"),
    [
        (b"no model at all", "licence=MIT", "model", "model_damaged"),
        (b"", "licence=MIT", "body", "model_size"),
        (None, "", "licence", "model_licence_unknown"),
        (None, "licence=GPL-3.0", "licence", "model_licence_accept"),
        (None, "licence=MIT&classes=a,b,c,d", "model", "model_unfit"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field_and_leaves_nothing(
    served: Served, hats: Path, data: bytes | None, query: str, field: str, code: str
) -> None:
    async with served.client("admin") as admin:
        refused = await admin.put(f"{PLACE}/hats?{query}", content=hats.read_bytes() if data is None else data)
        assert refused.status_code == 422
        problem = refused.json()
        assert (problem["field"], problem["said"]["code"]) == (field, code), problem
        assert "/" not in problem["detail"], "no path of this machine"
        large = await admin.put(f"{PLACE}/hats", content=b"x", headers={"Content-Length": str(3 * 1024**3)})
        assert large.json()["said"]["code"] == "model_size"
    assert left(served) == []
    assert record(served) == []


async def test_a_model_looks_at_a_picture(served: Served) -> None:
    picture = next(iter(sorted((PACKAGED / "known").glob("*.jpg")))).read_bytes()
    async with served.client("admin") as admin:
        seen = await admin.post(f"{PLACE}/yard/look", content=picture, headers={"Content-Type": "image/jpeg"})
        assert seen.status_code == 200, seen.text
        look = seen.json()
        assert (look["width_px"], look["height_px"]) == (768, 432)
        assert "person" in {box["class_name"] for box in look["boxes"]}
        assert all(0 <= box[side] <= 1 for box in look["boxes"] for side in ("x1", "y1", "x2", "y2"))
        refused = await admin.post(f"{PLACE}/yard/look", content=b"no picture")
        assert (refused.status_code, refused.json()["said"]["code"]) == (422, "model_picture")
        large = await admin.post(f"{PLACE}/yard/look", content=b"x" * 10_000_001)
        assert large.status_code == 413


async def test_the_command_does_the_same(served: Served, hats: Path) -> None:
    def run(*words: str, refused: bool = False) -> str:
        done = CliRunner().invoke(app, ["model", *words, "--data", str(served.site.data_dir)])
        assert done.exit_code == (2 if refused else 0), done.output
        return done.output

    def all_of_it() -> dict[str, Any]:
        run("add", str(hats), "--licence", "MIT")
        assert "hats is to judge; yard judged before" in run("use", "hats")
        assert ModelChoice(served.site.data_dir / "models", "yard").wanted() == "hats"
        assert "judges:   chosen, not yet" in run("show", "hats")
        assert "judges on this site" in run("remove", "hats", refused=True)
        assert "there is no model 'nobody' here" in run("use", "nobody", refused=True)
        run("use", "--settings")
        one: dict[str, Any] = json.loads(run("show", "hats", "--json"))
        run("remove", "hats")
        return one

    assert (await asyncio.to_thread(all_of_it))["removable"]
