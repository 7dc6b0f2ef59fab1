"""Migrated and described schema agree on both databases, up and down."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from controller.adapters import schema
from controller.adapters.tables import METADATA
from controller.adapters.tables.letters import LETTER_INDEXES
from shared.errors import Rejected
from tests.builders import AT
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.integration
ALARM = {
    "rev": 1, "state": "raised", "rule_name": "x", "kind": "zone_intrusion", "required": [], "severity": "high",
    "camera": "gate.yard", "persistence_s": 1.0, "condition_ms": 1, "raised_at": AT, "confidence": 1.0,
    "occurrences": 1, "late": False, "withdrawn": False, "pictured": False, "regulation": "", "cause": "", "detail": "",
}  # fmt: skip
OCCURRENCE = {
    "camera": "gate.yard", "start_ms": 1, "condition_ms": 1, "confidence": 1.0, "track_ids": [], "late": False,
}  # fmt: skip
RUN = {
    "id": "r1", "camera": "gate.yard", "rev": 1, "state": "lost", "media_class": "motion", "start_ms": 1, "end_ms": 2,
    "codec": "x", "width_px": 1, "height_px": 1, "length_bytes": 1, "init_bytes": 1, "sha256": "", "md5": "",
    "segments": [], "key": "k", "grants": 0, "fact": "f", "reason": "", "held": False, "check_ms": 0, "alarmed": False,
}  # fmt: skip

EVENT = {
    "id": "e1", "camera": "gate.yard", "rev": 1, "state": "closed", "start_ms": 5, "clip_start_ms": 1, "peak": 0.5,
    "media_class": "motion", "settled": True, "check_ms": 0,
}  # fmt: skip
VERDICT = {
    "camera": "gate.yard", "event": "e1", "start_ms": 5, "end_ms": 9, "late": False, "final": True, "model": "m",
    "model_sha256": "c", "provider": "CPU", "sampled": 1, "frames": [], "unreadable": "",
    "thresholds": {}, "scores": [],
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/db.sqlite3"
    return str(request.getfixturevalue("postgres_url"))


def table_names(url: str) -> set[str]:
    engine = schema.engine_of(url)
    try:
        return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_migrated_equals_described(url: str) -> None:
    schema.migrate(url)
    assert schema.differences(url) == []
    assert table_names(url) == set(METADATA.tables)
    assert schema.current_revision(url) == schema.newest_revision()


def test_both_ways_of_making_tables_make_the_same_indexes_of_letters(postgres: Postgres) -> None:
    found: list[dict[str, Any]] = []
    for make in (schema.migrate, lambda url: METADATA.create_all(sa.create_engine(url, poolclass=sa.NullPool))):
        with postgres.database() as name:
            make(postgres.url(name))
            with psycopg.connect(postgres.url(name, "postgresql")) as connection:
                asked = "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%letter_pairs%'"
                found.append(dict(connection.execute(asked).fetchall()))
                asked = "SELECT prosrc FROM pg_proc WHERE proname = 'letter_pairs'"
                found[-1]["function"] = connection.execute(asked).fetchone()
    assert found[0].keys() == {*LETTER_INDEXES, "function"}
    assert found[0] == found[1]


def test_every_step_goes_down_and_up_again(url: str) -> None:
    schema.migrate(url)
    steps = [step.revision for step in ScriptDirectory(str(schema._SCRIPTS)).walk_revisions()]
    for revision in (*steps[1:], "base"):
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


def test_alarms_about_the_system_go_with_their_tables_and_old_facts_raise_none(url: str) -> None:
    schema.migrate(url)
    engine = schema.engine_of(url)
    try:
        run, alarm, occurrence = (METADATA.tables[name] for name in ("run", "alarm", "occurrence"))
        with engine.begin() as connection:
            connection.execute(sa.insert(alarm).values(ALARM | {"id": "a1", "number": 1, "rule": "r1"}))
            connection.execute(
                sa.insert(alarm).values(ALARM | {"id": "a2", "number": 2, "rule": "system.node_away", "camera": None})
            )
            for of in ("a1", "a2"):
                connection.execute(sa.insert(occurrence).values(OCCURRENCE | {"id": f"o-{of}", "alarm": of}))
            connection.execute(sa.insert(run).values(RUN))
        schema.migrate(url, "0005")
        schema.migrate(url)
        with engine.connect() as connection:
            assert connection.execute(sa.select(alarm.c.id)).scalars().all() == ["a1"]
            assert connection.execute(sa.select(occurrence.c.id)).scalars().all() == ["o-a1"]
            assert connection.execute(sa.select(run.c.alarmed)).scalars().all() == [True]
    finally:
        engine.dispose()


def test_gaps_that_were_told_before_they_became_alarms_raise_none(url: str) -> None:
    schema.migrate(url)
    engine = schema.engine_of(url)
    try:
        gap = METADATA.tables["gap"]
        with engine.begin() as connection:
            told = {"camera": "gate.yard", "minute_ms": 0, "start_ms": 0, "end_ms": 9, "cause": "lost"}
            connection.execute(sa.insert(gap).values(told | {"alarmed": False}))
        schema.migrate(url, "0012")
        schema.migrate(url)
        with engine.connect() as connection:
            assert connection.execute(sa.select(gap.c.cause, gap.c.alarmed)).all() == [("lost", True)]
    finally:
        engine.dispose()


def test_rules_of_later_kinds_and_their_alarms_go_with_what_describes_them(url: str) -> None:
    schema.migrate(url)
    engine = schema.engine_of(url)
    try:
        rule, alarm, occurrence = (METADATA.tables[name] for name in ("rule", "alarm", "occurrence"))
        common = {
            "position": 0, "name": "x", "classes": [], "required": [], "persistence_s": 1.0, "cooldown_s": 1.0,
            "severity": "low", "min_confidence": 0.5, "regulation": "", "enabled": True, "details": {"least": 2},
        }  # fmt: skip
        with engine.begin() as connection:
            for number, kind in enumerate(("zone_intrusion", "occupancy")):
                connection.execute(sa.insert(rule).values(common | {"id": kind, "kind": kind}))
                told = {"id": kind, "number": number, "rule": kind, "kind": kind, "numbers": {"count": 1}}
                connection.execute(sa.insert(alarm).values(ALARM | told))
                connection.execute(sa.insert(occurrence).values(OCCURRENCE | {"id": f"o-{kind}", "alarm": kind}))
        schema.migrate(url, "0011")
        schema.migrate(url)
        with engine.connect() as connection:
            assert connection.execute(sa.select(rule.c.id, rule.c.details)).all() == [("zone_intrusion", {})]
            assert connection.execute(sa.select(alarm.c.id, alarm.c.numbers)).all() == [("zone_intrusion", None)]
            assert connection.execute(sa.select(occurrence.c.id)).scalars().all() == ["o-zone_intrusion"]
    finally:
        engine.dispose()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "no url at all", ""])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(Rejected, match="database_url"):
        schema.migrate(url)


def test_what_was_seen_until_now_can_be_looked_for(url: str) -> None:
    schema.migrate(url, "0015")
    engine = schema.engine_of(url)
    try:
        event, verdict, found = (METADATA.tables[name] for name in ("event", "verdict", "event_class"))
        with engine.begin() as connection:
            connection.execute(sa.insert(event).values(EVENT))
            for number, names in enumerate((("person", "truck"), ("person",))):
                tracks = [{"class_name": name} for name in names]
                connection.execute(sa.insert(verdict).values(VERDICT | {"id": f"v{number}", "tracks": tracks}))
        schema.migrate(url)
        with engine.connect() as connection:
            rows = connection.execute(sa.select(found).order_by(found.c.class_name)).all()
        assert [(row.event, row.class_name, row.camera, row.start_ms) for row in rows] == [
            ("e1", "person", "gate.yard", 5),
            ("e1", "truck", "gate.yard", 5),
        ]
    finally:
        engine.dispose()


def test_who_was_given_a_camera_goes_on_seeing_its_pictures(url: str) -> None:
    schema.migrate(url, "0035")
    engine = schema.engine_of(url)
    person = {"role": "viewer", "must_set_password": False, "enabled": True, "session_epoch": 0, "created_at": AT}
    given = {"kim": {"gate": ["view", "export"], "shed.door": ["view"]}, "lee": {}, "oh": None}
    described = METADATA.tables["user_account"].c
    # Without the defaults of columns that came later.
    people = sa.Table("user_account", sa.MetaData(), *(sa.Column(one.name, one.type) for one in described))
    columns = [people.c.name, people.c.given]
    try:
        with engine.begin() as connection:
            known = {column["name"] for column in sa.inspect(connection).get_columns("user_account")}
            for name, rights in given.items():
                values = {"name": name, "given": rights, **person}
                connection.execute(sa.insert(people).values({key: values[key] for key in values if key in known}))
        schema.migrate(url)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(sa.select(*columns).order_by(people.c.name))]
        clear = {"gate": ["view", "export", "clear"], "shed.door": ["view", "clear"]}
        assert found == [("kim", clear), ("lee", {}), ("oh", None)]
        schema.migrate(url, "0035")
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(sa.select(*columns).order_by(people.c.name))]
        assert found == [(name, given[name]) for name in sorted(given)]
    finally:
        engine.dispose()


@pytest.mark.parametrize(("revision", "name"), [("0032", "camera"), ("0038", "user_account")])
def test_what_there_is_already_comes_along(url: str, revision: str, name: str) -> None:
    schema.migrate(url, revision)
    engine = schema.engine_of(url)
    try:
        with engine.begin() as connection:
            there = {one["name"] for one in sa.inspect(connection).get_columns(name)}
            columns = [one for one in METADATA.tables[name].c if one.name in there]
            plain = sa.Table(name, sa.MetaData(), *(sa.Column(one.name, one.type) for one in columns))
            samples = {str: "x", bool: True, int: 1, float: 1.0}
            row = {one.name: samples.get(one.type.python_type, AT) for one in columns if not one.nullable}
            connection.execute(sa.insert(plain).values(**row))
        schema.migrate(url)
        with engine.connect() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(plain)).scalar_one() == 1
    finally:
        engine.dispose()
