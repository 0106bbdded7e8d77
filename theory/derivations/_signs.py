"""The sign of a formula, read off its factors and terms and what is known to be positive."""

from collections.abc import Collection
from dataclasses import dataclass

import sympy as sp

from theory.derivations._balls import evaluate, precision


@dataclass(frozen=True, slots=True)
class Orientation:
    """At least 0 (``up``) or at most 0; never 0 if ``strict``."""

    up: bool
    strict: bool


UP = Orientation(True, True)

REDUCTIONS = (
    sp.expand,
    lambda f: sp.cancel(sp.together(f)),
    lambda f: sp.simplify(sp.expand_log(sp.expand(f), force=False)),
    sp.simplify,
)


def is_zero(formula: sp.Expr) -> bool:
    """Whether SymPy can reduce the formula to 0. False means: not shown."""
    return any(reduce(formula) == 0 for reduce in REDUCTIONS)


def orientation(formula: sp.Expr, positive: Collection[sp.Expr]) -> Orientation | None:
    """None where no sign can be read off."""
    if formula.is_Rational:
        return Orientation(bool(formula >= 0), bool(formula != 0))
    plain = _without_content(formula)
    for fact in map(_without_content, positive):
        if plain == fact:
            return UP
        if plain == sp.expand(-fact):
            return Orientation(False, True)
    if isinstance(formula, sp.exp):
        return UP
    if not formula.free_symbols:
        return _constant(formula)
    if isinstance(formula, sp.Pow):
        return _power(formula, positive)
    if isinstance(formula, sp.Min | sp.Max):
        parts = [orientation(a, positive) for a in formula.args]
        few = any if isinstance(formula, sp.Max) else all
        return UP if few(part == UP for part in parts) else None
    if isinstance(formula, sp.Add) and (product := sp.factor(formula)).is_Mul:
        return orientation(product, positive) or _terms(formula, positive)
    if isinstance(formula, sp.Add | sp.Mul):
        return _terms(formula, positive)
    return None


def _terms(formula: sp.Expr, positive: Collection[sp.Expr]) -> Orientation | None:
    """The sign of a product from its factors, of a sum from its terms."""
    parts = [orientation(a, positive) for a in formula.args]
    signs = [part for part in parts if part is not None]
    if len(signs) < len(parts):
        return None
    if isinstance(formula, sp.Mul):
        falls = sum(not part.up for part in signs)
        return Orientation(falls % 2 == 0, all(part.strict for part in signs))
    if len({part.up for part in signs}) == 1:
        return Orientation(signs[0].up, any(part.strict for part in signs))
    return None


def _constant(formula: sp.Expr) -> Orientation | None:
    """The sign of an irrational constant, in a ball that does not contain 0."""
    with precision():
        ball = evaluate(formula, {})
    return None if ball.contains(0) else Orientation(bool(ball > 0), True)


def _without_content(formula: sp.Expr) -> sp.Expr:
    """Expanded, and divided by the positive number that all terms share."""
    return sp.expand(formula).as_content_primitive()[1]


def _power(formula: sp.Pow, positive: Collection[sp.Expr]) -> Orientation | None:
    base, exponent = orientation(formula.base, positive), formula.exp
    if base is not None and base.strict and base.up:
        return Orientation(True, True)
    if not exponent.is_Integer:
        return None
    if base is not None and base.strict:
        return Orientation(bool(exponent % 2 == 0), True)
    if exponent % 2 == 0 and exponent > 0:
        return Orientation(True, False)
    return base if exponent > 0 else None


def split_logs(formula: sp.Expr, positive: Collection[sp.Expr]) -> sp.Expr:
    """log(x^n y/z) as n log x + log y - log z where x, y, z are known to be positive, and
    log(e^x) as x. All symbols stand for real numbers."""

    def split(inside: sp.Expr) -> sp.Expr:
        parts = [(factor, *factor.as_base_exp()) for factor in sp.Mul.make_args(inside)]
        if any(orientation(base, positive) != UP for _, base, _ in parts):
            return sp.log(inside)
        return sp.Add(
            *(
                factor.exp if isinstance(factor, sp.exp) else power * sp.log(base)
                for factor, base, power in parts
            )
        )

    return formula.replace(sp.log, split)
