"""The questions by which a camera's month is counted, a day at a time.

Grouping a month at once sorts it, which takes ten times as long; putting these together anew for every camera took
longer than the database did, so they are written out, once for each number of days.
"""

from functools import cache

import sqlalchemy as sa

from controller.adapters.sight import LOOKED_UP

CHAINS = sa.text("""
WITH RECURSIVE known (chain) AS (
  SELECT min(chain) FROM ledger
  UNION ALL
  SELECT (SELECT min(chain) FROM ledger WHERE ledger.chain > known.chain) FROM known WHERE known.chain IS NOT NULL
)
SELECT (SELECT min(minute_ms) FROM ledger WHERE ledger.chain = known.chain AND camera = :camera),
       (SELECT max(minute_ms) FROM ledger WHERE ledger.chain = known.chain AND camera = :camera)
FROM known WHERE known.chain IS NOT NULL
""").execution_options(**LOOKED_UP)
"""First and last minute of `camera` in every chain: a leap through the index from each chain to the next."""

_MINUTES = "SELECT {day}, count(*) FROM ledger WHERE camera = :camera AND minute_ms >= :{a} AND minute_ms < :{b}"
_GAPS = """
SELECT {day}, cause, count(*), sum(CASE WHEN end_ms > :{b} THEN :{b} ELSE end_ms END - start_ms),
  sum(CASE WHEN end_ms > :{b} THEN 0 WHEN start_ms > minute_ms THEN end_ms - start_ms ELSE end_ms - minute_ms END)
FROM gap WHERE camera = :camera AND start_ms >= :{a} AND start_ms < :{b} GROUP BY cause
"""
_THROUGH = """
SELECT {day}, id, cause, start_ms, end_ms, minute_ms FROM (
  SELECT id, cause, start_ms, end_ms, minute_ms FROM gap
  WHERE camera = :camera AND start_ms < :{a} ORDER BY start_ms DESC LIMIT 3
) AS before_{day} WHERE end_ms > :{a}
"""


@cache
def minutes_of(days: int, *, twice: bool) -> sa.TextClause:
    """Day and entries; `twice`: a minute may stand in two chains, and is one."""
    return _each_day(days, _MINUTES.replace("count(*)", "count(DISTINCT minute_ms)") if twice else _MINUTES)


@cache
def gaps_of(days: int) -> sa.TextClause:
    """Day, cause, number, ms in that day, and ms of those that end with it in the minutes they were told in."""
    return _each_day(days, _GAPS)


@cache
def through_midnight(days: int) -> sa.TextClause:
    """Gaps that go on when a day begins. A camera's do not overlap: it is among the last that began before."""
    return _each_day(days, _THROUGH)


def _each_day(days: int, query: str) -> sa.TextClause:
    """One question of all days; `b0`, `b1`, … are their borders."""
    written = " UNION ALL ".join(query.format(day=n, a=f"b{n}", b=f"b{n + 1}") for n in range(days))
    return sa.text(written).execution_options(**LOOKED_UP)
