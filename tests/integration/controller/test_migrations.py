"""Migrated and described schema agree on both databases, up and down."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from controller.adapters import schema
from controller.adapters.tables import METADATA
from shared.errors import Rejected

pytestmark = pytest.mark.integration


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/db.sqlite3"
    return str(request.getfixturevalue("postgres_url"))


def table_names(url: str) -> set[str]:
    engine = schema._engine(url)
    try:
        return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_migrated_equals_described(url: str) -> None:
    schema.migrate(url)
    assert schema.differences(url) == []
    assert table_names(url) == set(METADATA.tables)
    assert schema.current_revision(url) == schema.newest_revision()


def test_every_step_goes_down_and_up_again(url: str) -> None:
    schema.migrate(url)
    for revision in ("0004", "0003", "0002", "0001", "base"):
        schema.migrate(url, revision)
    assert table_names(url) == set()
    schema.migrate(url, "0002")
    schema.migrate(url)
    schema.migrate(url)
    assert schema.differences(url) == []


def test_a_sqlite_file_is_copied_before_it_changes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/db.sqlite3"
    assert schema.migrate(url, "0001") is None
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as connection, connection:
        connection.execute("INSERT INTO site (id, last_alarm_number, rules_version) VALUES ('yard', 7, 0)")
    copy = schema.migrate(url)
    assert copy is not None
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT id, last_alarm_number FROM site").fetchall() == [("yard", 7)]
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    assert "event" not in names
    assert schema.migrate(url) is None


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "no url at all", ""])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(Rejected, match="database_url"):
        schema.migrate(url)
