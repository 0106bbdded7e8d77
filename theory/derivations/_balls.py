"""SymPy formulas in balls: a small evaluator over a whitelist, for numbers and power series.

A ball (flint's ``arb``) encloses the exact value. A derivative is read off a power series in ball
arithmetic, so it never relies on the derivative that SymPy found.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from typing import Any

import sympy as sp
from flint import arb, arb_series, ctx

from theory.derivations._series import Coefficient

BITS = 1000
WIDTH = 1e-20
"""A ball as narrow as this distinguishes a wrong coefficient from rounding."""

Point = Mapping[sp.Symbol, Any]
FUNCTIONS = {sp.exp: "exp", sp.log: "log", sp.sin: "sin", sp.cos: "cos"}


class NotInBalls(ValueError):
    """The formula contains an operation that is not on the whitelist, or a free symbol."""


@contextmanager
def precision(bits: int = BITS) -> Iterator[None]:
    """Balls of ``bits`` bits; the precision found on entry comes back on exit."""
    with ctx.workprec(bits):
        yield


def evaluate(formula: sp.Expr, point: Point) -> Any:
    """The ball (or power series) of ``formula`` where each symbol has its value in ``point``."""
    if isinstance(formula, sp.Symbol):
        if formula not in point:
            raise NotInBalls(f"no value for {formula}")
        return point[formula]
    if isinstance(formula, sp.Rational):
        return arb(int(formula.p)) / int(formula.q)
    if formula is sp.pi:
        return arb.pi()
    if formula is sp.E:
        return arb(1).exp()
    if isinstance(formula, sp.Subs):
        moved = {
            x: evaluate(a, point) for x, a in zip(formula.variables, formula.point, strict=True)
        }
        return evaluate(formula.expr, {**point, **moved})
    if isinstance(formula, sp.Derivative):
        return _derivative(formula, point)
    if isinstance(formula, Coefficient):
        function, x, order = formula.args
        return _coefficient(function, x, int(order), {**point, x: arb(0)})
    if isinstance(formula, sp.Pow):
        return _power(formula, point)
    values = [evaluate(a, point) for a in formula.args]
    if isinstance(formula, sp.Add):
        return reduce(lambda a, b: a + b, values)
    if isinstance(formula, sp.Mul):
        return reduce(lambda a, b: a * b, values)
    if isinstance(formula, sp.Abs):
        return abs(values[0])
    if isinstance(formula, sp.Max):
        return reduce(lambda a, b: a.max(b), values)
    if isinstance(formula, sp.Min):
        return reduce(lambda a, b: a.min(b), values)
    if formula.func in FUNCTIONS:
        return getattr(values[0], FUNCTIONS[formula.func])()
    raise NotInBalls(f"{formula.func} is not on the whitelist")


def _power(formula: sp.Pow, point: Point) -> Any:
    base, exponent = evaluate(formula.base, point), formula.exp
    if isinstance(exponent, sp.Integer):
        power = reduce(lambda a, b: a * b, [base] * abs(int(exponent)))
        return power if exponent > 0 else 1 / power
    if isinstance(exponent, sp.Rational) and exponent.q == 2:
        root = base.sqrt()
        power = reduce(lambda a, b: a * b, [root] * abs(int(exponent.p)))
        return power if exponent > 0 else 1 / power
    return (evaluate(exponent, point) * base.log()).exp()


def _derivative(formula: sp.Derivative, point: Point) -> Any:
    if len(formula.variable_count) != 1:
        raise NotInBalls("a derivative in balls is in one variable")
    variable, order = formula.variable_count[0]
    n = int(order)
    return _coefficient(formula.expr, variable, n, point) * math.factorial(n)


def _coefficient(function: sp.Expr, x: sp.Symbol, n: int, point: Point) -> Any:
    """Coefficient n of the power series of ``function`` about the value of ``x``."""
    if n >= ctx.cap:
        raise NotInBalls(f"a series in balls has order below {ctx.cap}, got {n}")
    series = evaluate(function, {**point, x: arb_series([point[x], 1], n + 1)})
    return series[n] if isinstance(series, arb_series) else arb(0)
