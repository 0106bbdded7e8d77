"""Moments and cumulants of the derivatives of log pi, symbolically, for any number of responses.

Along the update log pi_{theta + eta w}(o) = log pi(o) + X(o), with
X = s eta + H eta^2/2 + c eta^3/6 + ...: the score s, the curvature H = w.hess log pi.w, and so on.
Expectations over the correct (+) or incorrect (-) responses are linear; nothing else is used of
them, so moments are plain symbols: E+[s^2 H] and the like.
"""

from collections import Counter
from collections.abc import Sequence
from math import factorial

import sympy as sp
from sympy.utilities.iterables import multiset_partitions, partitions

eta = sp.Symbol("eta", positive=True)
s, H, c = sp.symbols("s H c", real=True)


def derivative(order: int) -> sp.Symbol:
    """The derivative of log pi(o) of this order along the update: s, H, c, d4, d5, ..."""
    return (s, H, c)[order - 1] if order <= 3 else sp.Symbol(f"d{order}", real=True)


def moment(side: str, factors: Sequence[sp.Symbol]) -> sp.Expr:
    """E+[...] or E-[...] of a product, a symbol; 1 for no factors."""
    if not factors:
        return sp.Integer(1)
    powers = Counter(x.name for x in factors)
    inside = " ".join(name if n == 1 else f"{name}^{n}" for name, n in sorted(powers.items()))
    return sp.Symbol(f"E{side}[{inside}]", real=True)


def mean(side: str, polynomial: sp.Expr, order: int) -> sp.Expr:
    """The expectation of a polynomial in the derivatives up to ``order``."""
    letters = [derivative(n) for n in range(1, order + 1)]
    terms = sp.Poly(polynomial, *letters).terms()
    return sp.Add(
        *(
            k * moment(side, [x for x, n in zip(letters, powers, strict=True) for _ in range(n)])
            for powers, k in terms
        )
    )


def bell(order: int, letters: Sequence[sp.Expr]) -> sp.Expr:
    """The complete Bell polynomial: order! times the coefficient of eta^order in e^X, where the
    derivatives of X are ``letters``."""
    return sp.Add(*(sp.bell(order, k, letters[: order - k + 1]) for k in range(1, order + 1)))


def exponential_moment(side: str, order: int) -> sp.Expr:
    """order! times the coefficient of eta^order in E[e^X]."""
    letters = [derivative(n) for n in range(1, order + 1)]
    return mean(side, sp.expand(bell(order, letters)), order)


def log_moment(side: str, order: int) -> sp.Expr:
    """order! times the coefficient of eta^order in log E[e^X]: the cumulant formula."""
    moments = [exponential_moment(side, n) for n in range(1, order + 1)]
    terms = (
        (-1) ** (k - 1) * factorial(k - 1) * sp.bell(order, k, moments[: order - k + 1])
        for k in range(1, order + 1)
    )
    return sp.expand(sp.Add(*terms))


def log_odds_coefficient(order: int) -> sp.Expr:
    """The coefficient of eta^order in the log odds, in moments. ValueError below order 1."""
    if order < 1:
        raise ValueError(f"the order must be at least 1, got {order}")
    return (log_moment("+", order) - log_moment("-", order)) / factorial(order)


def joint_cumulant(side: str, factors: Sequence[sp.Symbol]) -> sp.Expr:
    """kappa(x, y, ...) in moments: the sum over partitions of the factors into blocks of
    (-1)^(b-1) (b-1)! times the product of the moments of the b blocks."""
    total = sp.Integer(0)
    for blocks in multiset_partitions(list(range(len(factors)))):
        b = len(blocks)
        product = sp.Mul(*(moment(side, [factors[i] for i in block]) for block in blocks))
        total += (-1) ** (b - 1) * factorial(b - 1) * product
    return total


def cumulant(side: str, factors: Sequence[sp.Symbol]) -> sp.Symbol:
    """The name of a joint cumulant: E+[s], Var+(s), Cov+(s, H), kappa+(s, s, H)."""
    names = [x.name for x in factors]
    if len(names) == 1:
        return moment(side, factors)
    if len(names) == 2:
        text = (
            f"Var{side}({names[0]})" if names[0] == names[1] else f"Cov{side}({', '.join(names)})"
        )
    else:
        text = f"kappa{side}({', '.join(names)})"
    return sp.Symbol(text, real=True)


def blocks_of(order: int) -> list[tuple[int, tuple[sp.Symbol, ...]]]:
    """How many partitions of {1, ..., order} have blocks of the given sizes; a block of n stands
    for the derivative of order n."""
    found = []
    for sizes in partitions(order):
        ways = factorial(order)
        for size, times in sizes.items():
            ways //= factorial(size) ** times * factorial(times)
        factors = tuple(derivative(n) for n in sorted(sizes) for _ in range(sizes[n]))
        found.append((ways, factors))
    return sorted(found, key=lambda pair: (-len(pair[1]), str(pair[1])))


def log_odds_coefficient_in_cumulants(order: int) -> sp.Expr:
    """The same coefficient: 1/order! times the sum over all partitions of {1, ..., order} of the
    joint cumulant of the derivatives of the orders of the blocks, + minus -."""
    terms = (
        ways * (cumulant("+", factors) - cumulant("-", factors))
        for ways, factors in blocks_of(order)
    )
    return sp.Add(*terms) / factorial(order)


def in_moments(order: int) -> dict[sp.Symbol, sp.Expr]:
    """What each cumulant up to ``order`` in the formula above stands for."""
    return {
        cumulant(side, factors): joint_cumulant(side, factors)
        for _, factors in blocks_of(order)
        for side in "+-"
        if len(factors) > 1
    }
