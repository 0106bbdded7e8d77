"""Forms of first and second order: what a gradient and a Hessian say about a function on a box.

Derivatives are expressions, enclosed over the box like any other; nothing is differentiated across
a kink, for the enclosures are strict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from theory.inequality._algebra import derivative, differentiable
from theory.inequality._balls import (
    Interval,
    add,
    enclose,
    enclose_smooth,
    multiply,
    negative,
    power,
)
from theory.inequality._expression import Expr

Matrix = list[list[Interval]]


def gradient(e: Expr, names: Sequence[str]) -> list[Expr]:
    return [derivative(e, name) for name in names]


def mean_value(e: Expr, box: Mapping[str, Interval], slopes: Sequence[Expr]) -> Interval | None:
    """f(c) + sum_i d_i f(box) (x_i - c_i), which contains f on a bounded box, c its centre.

    None: the box is unbounded, or f is not certainly smooth on it."""
    if not (
        differentiable(e)
        and all(low.is_finite() and high.is_finite() for low, high in box.values())
    ):
        return None
    found = enclose_smooth((e, *slopes), box)
    centre = {name: middle(side) for name, side in box.items()}
    total = enclose(e, centre)
    if found is None or total is None:
        return None
    for slope, (name, side) in zip(found[1:], box.items(), strict=True):
        total = add(total, multiply(slope, add(side, negative(centre[name]))))
    return total


def middle(side: Interval) -> Interval:
    """A point of the interval, as an interval."""
    centre = ((side[0] + side[1]) / 2).mid()
    return centre, centre


def convex(e: Expr, box: Mapping[str, Interval]) -> bool:
    """Whether f is certainly smooth and convex on the box: its Hessian is positive semidefinite."""
    if not differentiable(e):
        return False
    names = list(box)
    first = gradient(e, names)
    second = [derivative(d, name) for i, d in enumerate(first) for name in names[: i + 1]]
    found = enclose_smooth((e, *first, *second), box)
    if found is None:
        return False
    entries = iter(found[1 + len(names) :])
    lower = [[next(entries) for _ in range(i + 1)] for i in range(len(names))]
    n = range(len(names))
    return semidefinite([[lower[max(i, j)][min(i, j)] for j in n] for i in n])


def semidefinite(matrix: Matrix) -> bool:
    """Whether every symmetric matrix with entries in the intervals is positive semidefinite: by
    elimination, with pivots that are positive, or 0 in a row of zeros."""
    if not matrix:
        return True
    pivot, row = matrix[0][0], matrix[0][1:]
    rest = [line[1:] for line in matrix[1:]]
    if all(low.is_zero() and high.is_zero() for low, high in row):
        return bool(pivot[0] >= 0) and semidefinite(rest)
    if not pivot[0] > 0:
        return False
    n = range(len(rest))
    return semidefinite([[_left(pivot, rest[i][j], row[i], row[j], i == j) for j in n] for i in n])


def _left(pivot: Interval, entry: Interval, a: Interval, b: Interval, diagonal: bool) -> Interval:
    """pivot * entry - a b, where a = b on the diagonal. No quotient: whole numbers stay exact."""
    product = power(a, 2, strict=False) if diagonal else multiply(a, b)
    return add(multiply(pivot, entry), negative(product))
