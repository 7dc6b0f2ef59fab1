"""How long the ways back take: one revision of the database, and a whole site from its backup.

Usage: python -m bench.rollbacks [--events 1000000] [--json FILE]

The year of sixteen cameras of bench.search (a tenth as many alarms as events) on a private PostgreSQL. One revision is
taken back and put on again; then the site is backed up with a trial, and put back into an empty database and a new
directory, where every row is compared. Aims: one revision in 10 min, the site in 30 min.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from alembic.script import ScriptDirectory

from bench.search import BEGAN_MS, FILL, YEAR_MS
from bench.told import tell
from controller.adapters import schema
from tests.servers.postgres import Postgres, running_postgres

SCRIPTS = Path(schema.__file__).parent.parent / "migrations"
MOST_S = {"revision_back": 600, "site_back": 1800}


def took_s(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    begun_s = time.monotonic()
    work()
    return round(time.monotonic() - begun_s, 1)


def secret(file: Path, text: str) -> Path:
    """A file that its owner alone may read."""
    file.touch(mode=0o600)
    file.write_text(text + "\n", encoding="utf-8")
    return file


def cctv(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "controller.cli", *map(str, words)], check=True, stdout=subprocess.DEVNULL)


def measure(cluster: Postgres, folder: Path, events: int) -> dict[str, object]:
    """Seconds of each way back."""
    with cluster.database() as name, cluster.database() as other:
        url, data = cluster.url(name), folder / "site"
        data.mkdir()
        at, phrase = secret(data / "database-url", url), secret(folder / "phrase", "four words and a number 7")
        (data / "cctv.toml").write_text(f'site = "works"\ndatabase_url_file = "{at}"\n', encoding="utf-8")
        cctv("prepare", "--data", data)
        with psycopg.connect(cluster.url(name, "postgresql"), autocommit=True) as connection:
            connection.execute(FILL.format(began=BEGAN_MS, year=YEAR_MS, events=events).encode())
            (size_bytes,) = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
        newest, before = [step.revision for step in ScriptDirectory(str(SCRIPTS)).walk_revisions()][:2]
        back_s = took_s(lambda: schema.migrate(url, before))
        again_s = took_s(lambda: schema.migrate(url, newest))
        key = ("--passphrase-file", phrase)
        kept_s = took_s(lambda: cctv("backup", "create", "--data", data, "--to", folder / "kept", *key, "--try"))
        (file,) = (folder / "kept").iterdir()
        empty = secret(folder / "other-url", cluster.url(other))
        site_s = took_s(
            lambda: cctv("backup", "restore", file, "--into", folder / "new", *key, "--database-url-file", empty)
        )
        return {
            "events": events,
            "database_bytes": size_bytes,
            "backup_bytes": file.stat().st_size,
            "revision_back_s": back_s,
            "revision_again_s": again_s,
            "backup_and_trial_s": kept_s,
            "site_back_s": site_s,
        }


def main(argv: Sequence[str] | None = None) -> int:
    """Tell the figures; 1 where a way back took longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(argv)
    with running_postgres() as cluster, TemporaryDirectory() as folder:
        found = measure(cluster, Path(folder), given.events)
    tell(found, given.json)
    return int(any(float(str(found[f"{name}_s"])) > most_s for name, most_s in MOST_S.items()))


if __name__ == "__main__":
    sys.exit(main())
