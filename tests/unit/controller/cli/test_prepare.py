"""A site is made ready without being run, and made ready again without being changed."""

from pathlib import Path

from typer.testing import CliRunner

from controller.app.site import open_site
from controller.cli import app


def test_a_site_is_prepared_once_and_then_left_as_it_is(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = CliRunner().invoke(app, ["prepare", "--data", str(data), "--listen", "127.0.0.1:8081", "--site", "yard"])
    assert first.exit_code == 0, first.output
    assert "/#/login?code=" in first.output
    site = open_site(data / "cctv.toml")
    assert (site.settings.site, site.settings.listen.port) == ("yard", 8081)
    kept = {name: (data / name).read_bytes() for name in ("cctv.toml", "secrets/session-key", "secrets/store-key")}
    again = CliRunner().invoke(app, ["prepare", "--data", str(data), "--site", "other"])
    assert again.exit_code == 0, again.output
    assert {name: (data / name).read_bytes() for name in kept} == kept


def test_settings_that_are_no_settings_are_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "cctv.toml"
    file.write_text("colour = 1\n", "utf-8")
    done = CliRunner().invoke(app, ["prepare", "--data", str(tmp_path / "data"), "--config", str(file)])
    assert done.exit_code == 2
    assert "colour" in done.output
