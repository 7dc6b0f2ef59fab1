"""A private PostgreSQL cluster, and a fresh database in it for each test."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from shared.mint import uuid7
from tests.servers.processes import Server, free_port, program

_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def programs() -> Path:
    """Where the newest PostgreSQL's programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    return Path(program("postgres", what="PostgreSQL")).parent


def _initialise(home: Path, data: Path, user: str | None) -> None:
    text = ("-E", "UTF8", "--locale=C.UTF-8")
    done = subprocess.run(
        [str(home / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync", *text],
        check=False,
        capture_output=True,
        cwd=data.parent,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )
    if done.returncode:
        raise RuntimeError(f"initdb: {done.stderr.decode(errors='replace')}")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running cluster with one superuser `postgres`, trusted on loopback."""

    port: int
    server: Server

    def url(self, database: str, driver: str = "postgresql+psycopg") -> str:
        """The address of one of its databases, as SQLAlchemy or libpq writes it."""
        return f"{driver}://postgres@127.0.0.1:{self.port}/{database}"

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url("postgres", "postgresql"), autocommit=True)

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A new database copied from `template`, dropped afterwards; yields its name."""
        name = f"t_{uuid7().replace('-', '')}"
        with self.connect() as connection:
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield name
        finally:
            with self.connect() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def running_postgres(settings: Sequence[str] = _QUICK, copied_from: Path | None = None) -> Iterator[Postgres]:
    """Start a cluster that trades durability for speed; as root it runs as the package's own user.

    `copied_from`: a base backup that it goes on from, by what `settings` say of its recovery.
    """
    home = programs()
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="cctv-postgres-"))
    try:
        data = folder / "data"
        data.mkdir(mode=0o700)
        if user:
            account = pwd.getpwnam(user)
            for path in (folder, data):
                os.chown(path, account.pw_uid, account.pw_gid)
        if copied_from is None:
            _initialise(home, data, user)
        else:
            shutil.copytree(copied_from, data, dirs_exist_ok=True)
            (data / "recovery.signal").touch()
            if user:
                subprocess.run(["chown", "-R", f"{user}:{user}", str(data)], check=True)
            data.chmod(0o700)
        port = free_port()
        told = [part for setting in ("listen_addresses=127.0.0.1", *settings) for part in ("-c", setting)]
        command = (str(home / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *told)

        def ready() -> bool:
            try:
                psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=2).close()
            except psycopg.OperationalError:
                return False
            return True

        server = Server(command, folder / "postgres.log", ready, user)
        server.start()
        try:
            yield Postgres(port, server)
        finally:
            server.stop(patience_s=10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
