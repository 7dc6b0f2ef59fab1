"""The last two revisions of the schema are taken back and put on again under rows in every table."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from controller.adapters import schema
from controller.adapters.tables import METADATA
from controller.adapters.tables.columns import UtcDateTime
from tests.builders import AT

pytestmark = pytest.mark.integration
NEWEST_FIRST = [step.revision for step in ScriptDirectory(str(schema._SCRIPTS)).walk_revisions()]
SAMPLES: dict[type, tuple[Any, Any]] = {
    str: ("x", "y"), bool: (True, False), int: (1, 2), float: (1.5, 2.5), bytes: (b"x", b"y"),
    date: (AT.date(), date.max), object: ({"a": 1}, {}),
}  # fmt: skip
Rows = dict[str, dict[str, list[Any]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/db.sqlite3"
    return str(request.getfixturevalue("postgres_url"))


def test_rows_of_every_table_survive_the_last_two_revisions_taken_back_and_put_on_again(url: str) -> None:
    schema.migrate(url)
    engine = schema.engine_of(url)
    try:
        fill(engine)
        before = read(engine)
        assert {name: len(next(iter(columns.values()))) for name, columns in before.items()} == dict.fromkeys(
            METADATA.tables, 2
        )
        for revision in NEWEST_FIRST[1:3]:
            schema.migrate(url, revision)
            older = read(engine)
            assert older == {name: {one: before[name][one] for one in columns} for name, columns in older.items()}
        schema.migrate(url)
        assert schema.differences(url) == []
        again = read(engine)
        assert {name: {one: again[name][one] for one in columns} for name, columns in older.items()} == older
        assert again.keys() == before.keys()
    finally:
        engine.dispose()


def fill(engine: Engine) -> None:
    """Two rows into each table: one with everything, one with what it needs."""
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            for number in range(2):
                wanted = [one for one in table.c if number == 0 or not one.nullable or one.primary_key]
                row = {one.name: sample(one.type, number) for one in wanted}
                connection.execute(sa.insert(table).values(**row))


def sample(kind: sa.types.TypeEngine[Any], number: int) -> Any:
    """A value that a column takes; what ours are made of says what they are."""
    if isinstance(kind, UtcDateTime):
        return AT
    plain = kind.impl_instance if isinstance(kind, sa.types.TypeDecorator) else kind
    return SAMPLES[plain.python_type][number]


def read(engine: Engine) -> Rows:
    """Each table that there is now: what each column that there is now holds."""
    with engine.connect() as connection:
        found: Rows = {}
        inspected = sa.inspect(connection)
        for name in inspected.get_table_names():
            if name not in METADATA.tables:
                assert name == "alembic_version"
                continue
            table, there = METADATA.tables[name], {one["name"] for one in inspected.get_columns(name)}
            columns = [one for one in table.c if one.name in there]
            rows = connection.execute(sa.select(*columns).order_by(*table.primary_key)).all()
            found[name] = {one.name: [row[index] for row in rows] for index, one in enumerate(columns)}
        return found
