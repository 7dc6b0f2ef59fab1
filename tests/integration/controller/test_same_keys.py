"""Two machines on one PostgreSQL: a role does not begin where its keys are not the site's."""

import shutil
from pathlib import Path

import pytest
from sqlmodel import update

from controller.adapters.database import Database
from controller.adapters.tables import MachineRow
from controller.app.database import migrate_site
from controller.app.same_keys import machine_of, same_keys
from controller.app.site import Site
from controller.core.same_keys import GONE_MS
from controller.settings import parse_settings
from shared.errors import Rejected

pytestmark = pytest.mark.integration


def machine(home: Path, url: str) -> Site:
    (home / "secrets").mkdir(parents=True)
    return Site(parse_settings({"data_dir": str(home), "database_url": url}, home), home / "cctv.toml")


def put(site: Site, name: str, text: str) -> None:
    (site.secrets_dir / name).write_text(text)


async def test_a_machine_with_other_keys_is_refused_until_it_has_the_same(tmp_path: Path, postgres_url: str) -> None:
    first, second = machine(tmp_path / "a", postgres_url), machine(tmp_path / "b", postgres_url)
    await migrate_site(first)
    put(first, "session-key", "k" * 64)
    put(second, "session-key", "o" * 64)
    async with same_keys(first, "sweep"):
        assert set(machine_of(first).keys) == {"secrets/session-key", "secrets/audit-key.pem"}, "made at once"
        with pytest.raises(Rejected, match=r"session-key: is another one than on .*a: copy secrets/"):
            async with same_keys(second, "worker"):
                pass
        shutil.copy(first.secrets_dir / "session-key", second.secrets_dir / "session-key")
        async with same_keys(second, "worker"):
            pass
        with pytest.raises(Rejected, match=r"b/secrets/audit-key\.pem: is missing, and is there on .*a"):
            async with same_keys(second, "sweep"):
                pass
        assert not second.audit_key_file.exists(), "a second one would be nobody's"
    assert "k" * 64 not in str(machine_of(first)), "a key itself is nowhere but in its file"


async def test_keys_are_changed_while_the_other_machine_is_stopped(tmp_path: Path, postgres_url: str) -> None:
    first, second = machine(tmp_path / "a", postgres_url), machine(tmp_path / "b", postgres_url)
    await migrate_site(first)
    put(first, "session-key", "k" * 64)
    put(second, "session-key", "o" * 64)
    async with same_keys(first, "relay"):
        pass
    database = Database(postgres_url)
    async with database.writing() as session:
        await session.execute(update(MachineRow).values(seen_ms=MachineRow.seen_ms - GONE_MS - 1))
    await database.close()
    async with same_keys(second, "relay"):
        pass
    with pytest.raises(Rejected, match="session-key"):
        async with same_keys(first, "relay"):
            pass
