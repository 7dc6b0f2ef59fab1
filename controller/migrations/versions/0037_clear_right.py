"""Whoever was given a camera to view goes on seeing its pictures clear: the right to that is one of its own now."""

import json
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision: str | None = "0035"
branch_labels = None
depends_on = None

PEOPLE = sa.table("user_account", sa.column("name", sa.String()), sa.column("given", sa.JSON()))


def upgrade() -> None:
    _rewrite(lambda rights: [*rights, "clear"] if "view" in rights and "clear" not in rights else rights)


def downgrade() -> None:
    _rewrite(lambda rights: [one for one in rights if one != "clear"])


def _rewrite(changed: Callable[[list[str]], list[str]]) -> None:
    connection = op.get_bind()
    for name, given in connection.execute(sa.select(PEOPLE.c.name, PEOPLE.c.given)).all():
        kept = json.loads(given) if isinstance(given, str) else given
        if kept:
            fresh = {target: changed(rights) for target, rights in kept.items()}
            connection.execute(sa.update(PEOPLE).where(PEOPLE.c.name == name).values(given=fresh))
