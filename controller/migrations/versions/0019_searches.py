"""Words by their letters, on PostgreSQL (SQLite reads the rows), and searches that people keep."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None

LETTER_PAIRS = """
CREATE OR REPLACE FUNCTION letter_pairs(said text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
SELECT array_agg(DISTINCT part)
FROM (SELECT letter, letter || lead(letter) OVER (ORDER BY place) AS pair
      FROM unnest(string_to_array(lower(said COLLATE "C"), NULL)) WITH ORDINALITY AS letters (letter, place)) AS pairs,
     LATERAL (VALUES (letter), (pair)) AS parts (part)
WHERE part IS NOT NULL
$$
"""
ALARM_WORDS = (
    "rule_name || ' ' || coalesce(zone_name, '') || ' ' || coalesce(place, '') || ' ' || coalesce(camera, '') "
    "|| ' ' || detail"
)
INDEXES = (
    ("ix_alarm_letters", "alarm", ALARM_WORDS),
    ("ix_alarm_history_letters", "alarm_history", "note"),
    ("ix_enrichment_letters", "enrichment", "text"),
)


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.Column("name", sa.String(), nullable=False, comment="in the person's words"),
        sa.Column("query", sa.JSON(), nullable=False, comment="as the address of the page has it, JSON"),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("who", "name", name="uq_saved_search"),
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(sa.text(LETTER_PAIRS))
    for name, table, words in INDEXES:
        op.create_index(name, table, [sa.text(f"letter_pairs({words})")], unique=False, postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("saved_search")
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    op.execute(sa.text("DROP FUNCTION letter_pairs(text)"))
