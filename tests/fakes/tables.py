"""A database with every table and no row, as no migration makes it: in a fraction of the time."""

from pathlib import Path

from controller.adapters.database import Database
from controller.adapters.tables import METADATA


async def make_tables(database: Database) -> None:
    """Its file too, where it is one: opening makes none."""
    if database.is_sqlite:
        Path(str(database.url.database)).touch()
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
