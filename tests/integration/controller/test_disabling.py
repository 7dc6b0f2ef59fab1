"""Shutting a node or a person out, as the commands do it, on a prepared site."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from controller.app.site import Site, prepare_site
from controller.cli.node import node
from controller.cli.user import user

pytestmark = pytest.mark.integration


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Site:
    site = prepare_site(tmp_path / "data")
    shutil.copy(migrated, site.data_dir / "db.sqlite3")
    return site


def _node(site: Site, *words: str) -> Result:
    return CliRunner().invoke(node, [*words, "--data", str(site.data_dir)])


def _user(site: Site, *words: str) -> Result:
    return CliRunner().invoke(user, [*words, "--data", str(site.data_dir)])


def test_one_node_is_shut_out_alone_and_let_in_by_a_new_file(site: Site, tmp_path: Path) -> None:
    for name in ("gate", "roof"):
        assert _node(site, "add", name, "--out", str(tmp_path / f"{name}.toml")).exit_code == 0
    before = site.users.read()
    assert set(before) == {"controller", "gate", "roof"}
    assert _node(site, "disable", "gate").output == "gate: disabled\n"
    after = site.users.read()
    assert after == {name: hashed for name, hashed in before.items() if name != "gate"}
    listed = _node(site, "list").output.splitlines()
    assert [line.split()[:2] for line in listed] == [["gate", "disabled"], ["roof", "offline"]]
    assert "cctv node add gate" in _node(site, "enable", "gate").output
    assert [line.split()[1] for line in _node(site, "list").output.splitlines()] == ["offline", "offline"]
    assert "gate" not in site.users.read()
    again = ("add", "gate", "--out", str(tmp_path / "new.toml"))
    assert (_node(site, *again).exit_code, (tmp_path / "new.toml").exists()) == (2, False)
    assert _node(site, *again, "--renew").exit_code == 0
    assert site.users.read()["gate"] != before["gate"]


@pytest.mark.parametrize("name", ["nobody", "controller", "../x"])
def test_what_is_no_node_is_refused(site: Site, name: str) -> None:
    result = _node(site, "disable", name)
    assert result.exit_code == 2
    assert list(site.users.read()) == ["controller"]


def test_a_person_is_shut_out_and_let_in_again(site: Site) -> None:
    assert _user(site, "add", "kim", "--role", "operator").exit_code == 0
    assert _user(site, "disable", "kim").output == "kim: disabled\n"
    assert "disabled" in _user(site, "list").output
    assert _user(site, "enable", "kim").output == "kim: enabled\n"
    assert "disabled" not in _user(site, "list").output
    assert _user(site, "disable", "lee").exit_code == 2


def test_a_person_gets_another_role(site: Site) -> None:
    assert _user(site, "add", "kim", "--role", "viewer").exit_code == 0
    assert _user(site, "role", "kim", "operator").output == "kim: operator\n"
    assert _user(site, "list").output.split()[1] == "operator"
    assert _user(site, "role", "kim", "king").exit_code == 2
    assert _user(site, "role", "lee", "viewer").exit_code == 2
