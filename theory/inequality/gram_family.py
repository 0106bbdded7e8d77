"""All Gram matrices of a polynomial, an affine family in exact rationals, and its best one in
floats: the least eigenvalue is maximised by Newton steps along a central path.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import sparse

from theory.inequality.certificate import Budget
from theory.inequality.gram_blocks import Block, Exponents, Multiples
from theory.inequality.squares import (
    Polynomial,
)

Array = Any
MOST_UNKNOWNS = 1200
STEPS = 200
"""Newton steps along a path, at most."""
FLAT = 1e-5
"""An eigenvalue below this may be 0."""
COST = 1000.0
"""Unknowns in all Newton steps for one step of the budget."""


@dataclass(frozen=True, slots=True)
class Family:
    """The matrices G(y) = G_0 + sum_i y_i N_i, stacked as the upper entries of all blocks, then the
    coefficients of the equations: the sparse rows of ``free`` by unknown, exact."""

    start: dict[int, Fraction]
    free: list[dict[int, Fraction]]


def places(sizes: Sequence[int]) -> list[tuple[int, int, int]]:
    """Block, row and column of each unknown: the upper entries."""
    return [(k, i, j) for k, n in enumerate(sizes) for i in range(n) for j in range(i, n)]


def family(f: Polynomial, found: Sequence[Block], equal: Sequence[Multiples]) -> Family | None:
    """All G with sum of g z'Gz + sum of c h z = f; None: there is none."""
    columns = [
        block.product * a * block.basis[j] * (1 if i == j else 2)
        for block in found
        for i, a in enumerate(block.basis)
        for j in range(i, len(block.basis))
    ]
    columns += [one.equation * z for one in equal for z in one.basis]
    equations: dict[Exponents, dict[int, Fraction]] = {}
    for number, column in enumerate(columns):
        for powers, c in column.to_dict().items():
            row = equations.setdefault(tuple(map(int, powers)), {})
            row[number] = Fraction(int(c.p), int(c.q))
    right = {tuple(map(int, p)): Fraction(int(c.p), int(c.q)) for p, c in f.to_dict().items()}
    if not right.keys() <= equations.keys():
        return None
    return solved([(row, right.get(p, Fraction(0))) for p, row in equations.items()], len(columns))


def solved(
    equations: Sequence[tuple[dict[int, Fraction], Fraction]], unknowns: int
) -> Family | None:
    """The solutions of a sparse linear system, exactly; -1 stands for the right side."""
    uses = Counter(i for row, _ in equations for i in row)
    pivots: dict[int, dict[int, Fraction]] = {}
    for left, right in sorted(equations, key=lambda e: len(e[0])):
        row = {**left, -1: -right}
        for i in [i for i in left if i in pivots]:
            add_to(row, pivots[i], -row.get(i, Fraction(0)))
        row = {i: c for i, c in row.items() if c}
        inside = [i for i in row if i >= 0]
        if not inside:
            if row:
                return None
            continue
        pivot = min(inside, key=lambda i: (uses[i], i))
        scale = row[pivot]
        row = {i: c / scale for i, c in row.items()}
        if uses[pivot] > 1:
            for other in pivots.values():
                if pivot in other:
                    add_to(other, row, -other[pivot])
        pivots[pivot] = row
    free = [i for i in range(unknowns) if i not in pivots]
    start = {p: -row[-1] for p, row in pivots.items() if row.get(-1)}
    directions: dict[int, dict[int, Fraction]] = {i: {i: Fraction(1)} for i in free}
    for p, row in pivots.items():
        for i, c in row.items():
            if i in directions and c:
                directions[i][p] = -c
    return Family(start, list(directions.values()))


def add_to(row: dict[int, Fraction], other: dict[int, Fraction], scale: Fraction) -> None:
    for i, c in other.items():
        row[i] = row.get(i, Fraction(0)) + scale * c


# -- floats ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Path:
    """The last point of the central path: y, the least eigenvalue of G(y), and G(y) by blocks."""

    y: Array
    least: float
    matrices: list[Array]


def central_path(fam: Family, sizes: Sequence[int], budget: Budget) -> Path | None:
    """Maximise t with G(y) - t I positive semidefinite."""
    at = places(sizes)
    offset = np.cumsum([0, *(n * n for n in sizes)])
    p = len(fam.free)

    def row_of(entries: dict[int, Fraction]) -> Array:
        whole = np.zeros(offset[-1])
        for number, c in entries.items():
            if number >= len(at):
                continue
            k, i, j = at[number]
            whole[offset[k] + i * sizes[k] + j] = whole[offset[k] + j * sizes[k] + i] = float(c)
        return whole

    start = row_of(fam.start)
    identity = np.concatenate([np.eye(n).ravel() for n in sizes])
    moves = sparse.csr_matrix(np.array([*map(row_of, fam.free), -identity]))
    y = np.zeros(p + 1)
    if p:
        y[:p] = np.linalg.lstsq(moves[:p].toarray().T, -start, rcond=None)[0]
    scale = float(np.abs(start).max()) or 1.0
    y[p] = min(_eigenvalues(start + moves[:p].T @ y[:p], offset, sizes)) - scale
    weight = 1.0 / scale
    for _ in range(STEPS):
        budget.spend(0.02 + len(y) * offset[-1] / (COST * 1000))
        try:
            y, decrement = _newton(start, moves, y, weight, offset, sizes)
        except np.linalg.LinAlgError:  # so close to the edge that floats don't tell
            break
        if y[p] > FLAT * scale and weight > 1e3 / scale:
            break
        if decrement < 0.3:
            if weight > 1e10 / scale:
                break
            weight *= 5
    g = start + moves[:p].T @ y[:p]
    matrices = [g[offset[k] : offset[k + 1]].reshape(n, n) for k, n in enumerate(sizes)]
    return Path(y[:p], min(_eigenvalues(g, offset, sizes)) / scale, [m / scale for m in matrices])


def _eigenvalues(g: Array, offset: Array, sizes: Sequence[int]) -> list[float]:
    return [
        float(np.linalg.eigvalsh(g[offset[k] : offset[k + 1]].reshape(n, n))[0])
        for k, n in enumerate(sizes)
    ]


def _newton(
    start: Array, moves: Any, y: Array, weight: float, offset: Array, sizes: Sequence[int]
) -> tuple[Array, float]:
    """A damped step uphill on weight * t + log det (G(y) - t I); and the Newton decrement. Raises
    LinAlgError."""
    s = start + moves.T @ y
    gradient = np.zeros(len(y))
    gradient[-1] = weight
    hessian = np.zeros((len(y), len(y)))
    for k, n in enumerate(sizes):
        part = slice(offset[k], offset[k + 1])
        inverse = np.linalg.inv(s[part].reshape(n, n))
        inverse = (inverse + inverse.T) / 2
        inner = moves[:, part]
        gradient += inner @ inverse.ravel()
        used = np.flatnonzero(np.diff(inner.indptr))
        w = inverse @ (inner[used].toarray().reshape(-1, n, n)) @ inverse
        hessian[np.ix_(used, used)] += inner[used] @ w.reshape(len(used), -1).T
    ridge = 1e-14 * np.trace(hessian) / len(y) * np.eye(len(y))
    direction = np.linalg.solve(hessian + ridge, gradient)
    decrement = math.sqrt(max(float(gradient @ direction), 0.0))
    if not np.isfinite(direction).all():
        raise np.linalg.LinAlgError("the step is not finite")
    if decrement < 0.25:
        return y + direction, decrement
    length = _longest(s, moves.T @ direction, offset, sizes, 1 / (1 + decrement))
    return y + length * direction, decrement


def _longest(s: Array, change: Array, offset: Array, sizes: Sequence[int], least: float) -> float:
    """A step most of the way to the edge of the cone, at least the safe one."""
    longest = 1.0
    for k, n in enumerate(sizes):
        part = slice(offset[k], offset[k + 1])
        root = np.linalg.cholesky(s[part].reshape(n, n))
        half = np.linalg.solve(root, change[part].reshape(n, n))
        whole = np.linalg.solve(root, half.T)
        lowest = float(np.linalg.eigvalsh((whole + whole.T) / 2)[0])
        if lowest < 0:
            longest = min(longest, -0.7 / lowest)
    return max(longest, least)
