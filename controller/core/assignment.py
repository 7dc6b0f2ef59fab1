"""Best one-to-one assignment by similarity: exact for small groups, greedy for crowds."""

import numpy as np
from numpy.typing import NDArray

_EXACT_LIMIT = 40
"""Groups with more rows or columns are matched greedily: cubic time in a crowd would stall the worker."""


def assign(similarity: NDArray[np.float64], least: float) -> list[tuple[int, int]]:
    """Pairs (row, column) with the greatest sum of similarity, each at least `least` (> 0), in row order."""
    allowed = similarity >= least
    pairs: list[tuple[int, int]] = []
    for rows, columns in _groups(allowed):
        part = np.where(allowed[np.ix_(rows, columns)], similarity[np.ix_(rows, columns)], 0.0)
        found = _exact(part) if max(part.shape) <= _EXACT_LIMIT else _greedy(part)
        pairs += [(rows[i], columns[j]) for i, j in found if part[i, j] >= least]
    return sorted(pairs)


def _groups(allowed: NDArray[np.bool_]) -> list[tuple[list[int], list[int]]]:
    """Connected groups of rows and columns: each is a problem of its own."""
    open_rows = set(np.flatnonzero(allowed.any(axis=1)).tolist())
    groups: list[tuple[list[int], list[int]]] = []
    while open_rows:
        rows, columns = {open_rows.pop()}, set[int]()
        frontier = set(rows)
        while frontier:
            columns |= set(np.flatnonzero(allowed[sorted(frontier)].any(axis=0)).tolist())
            reached = set(np.flatnonzero(allowed[:, sorted(columns)].any(axis=1)).tolist())
            frontier = reached - rows
            rows |= frontier
        open_rows -= rows
        groups.append((sorted(rows), sorted(columns)))
    return groups


def _greedy(similarity: NDArray[np.float64]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    rows, columns = set[int](), set[int]()
    for place in np.argsort(-similarity, axis=None, kind="stable").tolist():
        row, column = divmod(place, similarity.shape[1])
        if row not in rows and column not in columns:
            pairs.append((row, column))
            rows.add(row)
            columns.add(column)
    return pairs


def _exact(similarity: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Hungarian method by shortest augmenting paths (Kuhn-Munkres with potentials)."""
    flipped = similarity.shape[0] > similarity.shape[1]
    cost = (-similarity.T if flipped else -similarity).tolist()
    rows, columns = len(cost), len(cost[0])
    row_potential, column_potential = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner, path = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0], column = row, 0
        distance, seen = [float("inf")] * (columns + 1), [False] * (columns + 1)
        while owner[column]:
            seen[column] = True
            here, step, nearest = owner[column], float("inf"), 0
            for other in range(1, columns + 1):
                if seen[other]:
                    continue
                reduced = cost[here - 1][other - 1] - row_potential[here] - column_potential[other]
                if reduced < distance[other]:
                    distance[other], path[other] = reduced, column
                if distance[other] < step:
                    step, nearest = distance[other], other
            for other in range(columns + 1):
                if seen[other]:
                    row_potential[owner[other]] += step
                    column_potential[other] -= step
                else:
                    distance[other] -= step
            column = nearest
        while column:
            owner[column] = owner[path[column]]
            column = path[column]
    pairs = [(owner[column] - 1, column - 1) for column in range(1, columns + 1) if owner[column]]
    return [(b, a) for a, b in pairs] if flipped else pairs
