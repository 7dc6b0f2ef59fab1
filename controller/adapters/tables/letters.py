"""Looking for words, or parts of them, in any script: capitals of ASCII are small ones, and an index of letter pairs.

The index is PostgreSQL's own (GIN over an array), so that the owner of a database makes it without an extension. Two
letters are a word in Korean: an index of three letters would not find it. SQLite has none and reads the rows.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

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

LETTER_INDEXES = {
    "ix_alarm_letters": ("alarm", ALARM_WORDS),
    "ix_alarm_history_letters": ("alarm_history", "note"),
    "ix_enrichment_letters": ("enrichment", "text"),
}


def with_letters(metadata: sa.MetaData) -> sa.MetaData:
    """Let the tables on PostgreSQL be made with these indexes, as migrations make them."""
    _when(metadata, "before_create", LETTER_PAIRS)
    for name, (table, words) in LETTER_INDEXES.items():
        _when(
            metadata.tables[table], "after_create", f"CREATE INDEX {name} ON {table} USING gin (letter_pairs({words}))"
        )
    return metadata


def _when(target: sa.MetaData | sa.Table, moment: str, statement: str) -> None:
    made: sa.DDL = sa.DDL(statement)  # type: ignore[no-untyped-call]
    sa.event.listen(target, moment, made.execute_if(dialect="postgresql"))


def has_letters(words: str, wanted: str) -> Any:
    """Whether the index may have it: every text that contains `wanted` fulfils this, and some others. PostgreSQL."""
    small = in_small(wanted)
    pairs = sorted({small[at : at + 2] for at in range(len(small) - 1)}) or [small]
    return sa.text(f"letter_pairs({words}) @> CAST(:pairs AS text[])").bindparams(
        sa.bindparam("pairs", pairs, unique=True)
    )


def contains(column: Any, wanted: str) -> Any:
    """Whether a text has `wanted` in it; capitals of ASCII are small ones on both databases."""
    return small_letters(column).contains(in_small(wanted), autoescape=True)


def in_small(text: str) -> str:
    """The same in small letters as the databases make them."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


class small_letters(GenericFunction[str]):  # noqa: N801 - called as a function
    """`lower`, for ASCII alone."""

    type = sa.String()
    inherit_cache = True


@compiles(small_letters)
def _lower(element: Any, compiler: Any, **rest: Any) -> str:
    return f"lower({compiler.process(element.clauses, **rest)})"


@compiles(small_letters, "postgresql")
def _lower_ascii(element: Any, compiler: Any, **rest: Any) -> str:
    return f'lower({compiler.process(element.clauses, **rest)} COLLATE "C")'
