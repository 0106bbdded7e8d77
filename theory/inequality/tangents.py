"""Logarithms below their tangents, weighted: what Gibbs' inequality, the log-sum inequality, the
inequality of weighted means and Hellinger's bound have in common.

In f = rest + sum_i c_i log u_i the coefficients are combinations of weights b_j >= 0, that is
c_i = sum_j a_ij b_j, so that with V_j = prod_i u_i^a_ij

    f = rest + sum_j b_j log V_j >= rest + k sum_j b_j (1 - V_j^(-1/k)),

by log t <= t - 1 at t = V_j^(-1/k). It is an equality where all V_j are 1. What is left has no
logarithm. The rule is trusted; which weights to take is a guess of the search, and the step says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np

from theory.inequality.algebra import (
    ONE,
    ZERO,
    TooLarge,
    add,
    const,
    derivative,
    function,
    is_algebraic,
    kinked,
    mentions,
    mul,
    neg,
    power,
    sub,
    substitute,
    var,
)
from theory.inequality.balls import tape
from theory.inequality.certificate import Node
from theory.inequality.expression import Expr
from theory.inequality.goals import ORDERS, Goal, Left, slack
from theory.inequality.moves import bounds, instead, positive_on
from theory.inequality.normal import simplified, vanishes
from theory.inequality.search import allowed, number, sample

ROOTS = (1, 2)
"""The k that are tried: the tangent in V, and the one in its root."""

MOST_LOGS, MOST_WEIGHTS, MOST_STEPS = 12, 10, 6
SAMPLES = 24


# -- the rule --------------------------------------------------------------------------------------


def tangents(goal: Goal, node: Node) -> Left:
    """k is the index of the step, and its numbers are the a_ij, named "i j"."""
    found = apart(goal.expression)
    if goal.relation not in ORDERS or found is None or node.index not in ROOTS or not node.at:
        return None
    insides, coefficients, rest = found
    known, positive = weights(goal, coefficients), positive_on(goal.box)
    shares = {tuple(map(int, name.split())): a for name, a in node.at}
    used = sorted({j for _, j in shares})
    if not all(0 <= i < len(insides) and 0 <= j < len(known) for i, j in shares):
        return None
    for n, c in enumerate(coefficients):
        given = (mul(const(a), known[j]) for (i, j), a in shares.items() if i == n)
        if not vanishes(sub(c, add(*given)), positive):
            return None
    below = [rest]
    for j in used:
        factors = (raised(insides[i], -a / node.index) for (i, n), a in shares.items() if n == j)
        below.append(mul(const(node.index), known[j], sub(ONE, mul(*factors))))
    return (
        *(replace(goal, expression=known[j], relation=">=") for j in used),
        replace(goal, expression=simplified(add(*below), positive)),
    )


def apart(e: Expr) -> tuple[list[Expr], list[Expr], Expr] | None:
    """The u_i and c_i, and the rest, none of which mentions one of the logarithms; None where e is
    not linear in them. Each is defined wherever e is."""
    logs = outermost(e)
    holes = [f"log {i}" for i in range(len(logs))]
    if not 0 < len(logs) <= MOST_LOGS:
        return None
    for log, hole in zip(logs, holes, strict=True):
        e = instead(e, log, var(hole))
    coefficients = [derivative(e, hole) for hole in holes]
    if any(mentions(c, hole) for c in coefficients for hole in holes):
        return None
    return [log.args[0] for log in logs], coefficients, substitute(e, dict.fromkeys(holes, ZERO))


def outermost(e: Expr) -> list[Expr]:
    """The distinct logarithms that are not inside another."""
    if e.op == "log":
        return [e]
    return list(dict.fromkeys(log for arg in e.args for log in outermost(arg)))


def weights(goal: Goal, coefficients: list[Expr]) -> list[Expr]:
    """What may be a weight: the coefficients, minus them, what the assumptions say is not negative,
    and 1."""
    said = [slack(c) for side in goal.box for c in bounds(side)] + [slack(c) for c in goal.assume]
    return list(dict.fromkeys([*coefficients, *map(neg, coefficients), *said, ONE]))


def raised(base: Expr, exponent: Fraction) -> Expr:
    """base^exponent, for a half or a whole exponent. ValueError: another one."""
    if (2 * exponent).denominator != 1:
        raise ValueError(f"{exponent} is no multiple of a half")
    whole, odd = divmod(int(2 * exponent), 2)
    return mul(power(base, whole), *([function("sqrt", base)] if odd else []))


# -- which weights ---------------------------------------------------------------------------------


def steps(goal: Goal) -> Iterator[Node]:
    """Sets of weights of which all coefficients are combinations, as floats see it."""
    try:
        found = apart(goal.expression) if goal.box and not kinked(goal.expression) else None
    except (TooLarge, ValueError):
        return
    if found is None or not all(map(is_algebraic, (*found[0], *found[1], found[2]))):
        return
    known = weights(goal, found[1])
    points = [sample(goal, n) for n in range(SAMPLES)]
    inside = np.array([allowed(goal, point) for point in points])
    table, targets = (
        np.array([[number(program, point) for program in programs] for point in points])
        for programs in ([tape((e,)) for e in known], [tape((c,)) for c in found[1]])
    )
    good = np.isfinite(table).all(axis=1) & np.isfinite(targets).all(axis=1)
    if good.sum() < SAMPLES // 2:
        return
    kept: list[int] = []
    for j in range(len(known)):
        new = all(np.linalg.matrix_rank(table[np.ix_(good, [i, j])]) == 2 for i in kept)
        if new and (table[good & inside, j] >= 0).all() and table[good, j].any():
            kept.append(j)
    kept = kept[:MOST_WEIGHTS]
    sets = sorted(_sets(table[good], targets[good], kept), key=_mixed)
    for at in sets[: MOST_STEPS // len(ROOTS)]:
        yield from (Node("tangents", at=at, index=k) for k in ROOTS)


Shares = tuple[tuple[str, Fraction], ...]


def _sets(table: np.ndarray, targets: np.ndarray, kept: list[int]) -> Iterator[Shares]:
    rank = int(np.linalg.matrix_rank(targets))
    for chosen in combinations(kept, rank):
        shares, *_ = np.linalg.lstsq(table[:, chosen], targets, rcond=None)
        exact = [[Fraction(float(a)).limit_denominator(12) for a in row] for row in shares]
        again = table[:, chosen] @ np.array(exact, dtype=float)
        if np.abs(again - targets).max() <= 1e-7 * (1 + np.abs(targets).max()):
            rows = zip(chosen, exact, strict=True)
            yield tuple((f"{i} {j}", a) for j, row in rows for i, a in enumerate(row) if a)


def _mixed(shares: Shares) -> int:
    """How many coefficients have shares of both signs: few, if the weights span their cone."""
    signs = {(name.partition(" ")[0], a > 0) for name, a in shares}
    return len(signs) - len({i for i, _ in signs})
