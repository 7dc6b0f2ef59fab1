"""What people do to a site's models is put on record, with who did it; a folder without a site has no record."""

import getpass
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from controller.adapters.model_file import hash_of
from controller.app.site import Site, prepare_site
from controller.cli import app
from tests.onnx_models import build_model


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Site:
    prepared = prepare_site(tmp_path / "data")
    shutil.copy(migrated, prepared.data_dir / "db.sqlite3")
    return prepared


@pytest.fixture
def hats(tmp_path: Path) -> Path:
    answer = np.zeros((6, 84), np.float32)
    answer[:, 5] = (32, 32, 32, 16, 0.8, 0.1)
    return build_model(tmp_path / "hats.onnx", answer, metadata={"names": "['item', 'helmet']"})


def cctv(site: Site, *words: object) -> Result:
    return CliRunner().invoke(app, ["model", *map(str, words), "--data", str(site.data_dir)])


def record(site: Site) -> list[tuple[str, str, str, dict[str, Any]]]:
    with closing(sqlite3.connect(site.data_dir / "db.sqlite3")) as database:
        rows = database.execute("SELECT who, what, subject, detail FROM audit ORDER BY id").fetchall()
    return [(who, what, subject, json.loads(detail)) for who, what, subject, detail in rows]


def test_each_change_is_on_record_and_a_refused_one_is_not(site: Site, hats: Path) -> None:
    assert cctv(site, "add", hats, "--licence", "MIT").exit_code == 0
    assert cctv(site, "add", hats, "--licence", "MIT").exit_code == 2, "it is there already"
    assert cctv(site, "map", "hats", "item=person", "helmet=").exit_code == 0
    assert cctv(site, "remove", "hats").exit_code == 0
    assert cctv(site, "remove", "yard").exit_code == 2
    known, me = {"sha256": hash_of(hats), "licence": "MIT"}, getpass.getuser()
    renamed = {"item": "person", "helmet": ""}
    assert record(site) == [
        (me, "model.add", "hats", {"file": "hats.onnx", **known}),
        (me, "model.map", "hats", {"changes": renamed, "map": renamed}),
        (me, "model.remove", "hats", known),
    ]


def test_a_change_that_could_not_be_put_on_record_says_so(site: Site, hats: Path) -> None:
    with closing(sqlite3.connect(site.data_dir / "db.sqlite3")) as database:
        database.execute("DROP TABLE audit")
    told = cctv(site, "add", hats, "--licence", "MIT")
    assert told.exit_code == 1
    assert "hats is changed, but that could not be put on record" in told.stderr


def test_a_site_that_never_ran_gets_no_database_for_this(site: Site, hats: Path) -> None:
    (site.data_dir / "db.sqlite3").unlink()
    assert cctv(site, "add", hats, "--licence", "MIT").exit_code == 0
    assert not (site.data_dir / "db.sqlite3").exists()
