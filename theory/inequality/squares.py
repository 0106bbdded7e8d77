"""A polynomial that is not negative, because it is a sum of products that are not.

The identity, exact in rationals: with constraints g_i >= 0 and equations h_j = 0 of the goal,

    m f = sum of  w * g_i ... g_k * r^2   +   sum of  w * g_i ... h_j * r,     w > 0 in the first,

where the multiplier m is 1 or such a sum of its own (Putinar, Schmuedgen, Reznick, Polya). Then
f >= 0 wherever m > 0.

Nothing here is a search (`gram` has one): this file is trusted, with the polynomials of flint.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from flint import fmpq, fmpq_mpoly_ctx

from theory.inequality.certificate import Node, Square
from theory.inequality.expression import Expr
from theory.inequality.goals import ORDERS, Goal, Left, slack

Polynomial = Any
"""A fmpq_mpoly of flint."""

HIGHEST = 64
"""No polynomial of a higher degree is written out."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """polynomial >= 0; > 0 if strict; == 0 if equation."""

    polynomial: Polynomial
    strict: bool = False
    equation: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A goal f >= 0 (or > 0) in polynomials: all variables, f, what is known."""

    names: tuple[str, ...]
    polynomial: Polynomial
    constraints: tuple[Constraint, ...]


class NoPolynomial(ValueError):
    """Something else than + and * of numbers and variables, or too large."""


def problem(goal: Goal) -> Problem:
    """The sides of the box, low ends first, then the assumptions that are polynomials.
    NoPolynomial: the goal's own expression is none."""
    names = tuple(side.name for side in goal.box)
    variables = polynomials(names)
    found = []
    for side in goal.box:
        x = variables[side.name]
        if side.low is not None:
            found.append(Constraint(x - exact(side.low), side.low_open))
        if side.high is not None:
            found.append(Constraint(exact(side.high) - x, side.high_open))
    for comparison in goal.assume:
        try:
            known = polynomial(slack(comparison), variables)
        except NoPolynomial:
            continue
        found.append(Constraint(known, comparison.sign == "<", comparison.sign == "=="))
    return Problem(names, polynomial(goal.expression, variables), tuple(found))


def polynomials(names: Sequence[str]) -> dict[str, Polynomial]:
    """Each variable as a polynomial, and "" for the number 1."""
    ring = fmpq_mpoly_ctx.get(tuple(names) or ("unused",), "deglex")
    return {"": ring.constant(1), **{name: ring.gen(i) for i, name in enumerate(names)}}


def exact(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)


def polynomial(e: Expr, variables: dict[str, Polynomial]) -> Polynomial:
    """The expression multiplied out. Raises NoPolynomial."""
    if e.op == "const":
        return variables[""] * exact(Fraction(e.value or 0))
    if e.op == "var":
        return variables[str(e.value)]
    if e.op not in ("add", "mul", "neg", "pow", "div"):
        raise NoPolynomial(e.op)
    parts = [polynomial(arg, variables) for arg in e.args]
    match e.op:
        case "add":
            return reduce(lambda a, b: a + b, parts)
        case "mul":
            return reduce(_times, parts)
        case "neg":
            return -parts[0]
        case "div" if e.args[1].op == "const" and e.args[1].value != 0:
            return parts[0] * exact(1 / Fraction(e.args[1].value or 0))
        case "pow" if int(e.value or 0) >= 0:
            if parts[0].total_degree() * int(e.value or 0) > HIGHEST:
                raise NoPolynomial(f"a degree above {HIGHEST}")
            return parts[0] ** int(e.value or 0)
    raise NoPolynomial(e.op)


def _times(a: Polynomial, b: Polynomial) -> Polynomial:
    if a.total_degree() + b.total_degree() > HIGHEST:
        raise NoPolynomial(f"a degree above {HIGHEST}")
    return a * b


# -- the rule --------------------------------------------------------------------------------------


def squares(goal: Goal, node: Node) -> Left:
    """The identity holds, and says that the goal does: nothing is left."""
    if goal.relation not in ORDERS or not node.squares:
        return None
    asked = problem(goal)
    if not all(is_admitted(square, asked) for square in (*node.squares, *node.multiplier)):
        return None
    if any(equations(square, asked) for square in node.multiplier):
        return None
    known = total(node.squares, asked)
    multiplier = total(node.multiplier, asked) if node.multiplier else 1
    if asked.polynomial * multiplier != known:
        return None
    if any(is_positive(square, asked) for square in node.squares):
        return ()
    if goal.relation == ">":
        return None
    if not node.multiplier or any(is_positive(square, asked) for square in node.multiplier):
        return ()
    return () if _zero_only_at_origin(node.multiplier, asked) else None


def is_admitted(square: Square, asked: Problem) -> bool:
    """Whether the term is surely not negative: it is 0 by an equation, or its weight positive."""
    if not all(0 <= i < len(asked.constraints) for i in square.factors):
        return False
    if any(len(powers) != len(asked.names) for powers, _ in square.root):
        return False
    return bool(square.weight > 0 or equations(square, asked))


def equations(square: Square, asked: Problem) -> bool:
    return any(asked.constraints[i].equation for i in square.factors)


def is_positive(square: Square, asked: Problem) -> bool:
    """Whether the term is > 0 wherever the constraints hold."""
    constant = len(square.root) == 1 and not any(square.root[0][0]) and square.root[0][1] != 0
    strict = all(asked.constraints[i].strict for i in square.factors)
    return constant and strict and not equations(square, asked) and square.weight > 0


def total(terms: Iterable[Square], asked: Problem) -> Polynomial:
    """The sum of the terms, multiplied out."""
    ring = asked.polynomial.context()
    found = ring.constant(0)
    for term in terms:
        root = ring.from_dict({powers: exact(c) for powers, c in term.root})
        value = root if equations(term, asked) else root * root
        for i in term.factors:
            value = value * asked.constraints[i].polynomial
        found += value * exact(term.weight)
    return found


def _zero_only_at_origin(multiplier: Sequence[Square], asked: Problem) -> bool:
    """Whether for each variable x some term is w x or w x^2, and f(0) >= 0: then where m = 0,
    every x = 0, and f >= 0 there too."""
    covered = {i for term in multiplier for i in _variable_of(term, asked)}
    at_origin = asked.polynomial.to_dict().get((0,) * len(asked.names), fmpq(0))
    return covered == set(range(len(asked.names))) and bool(at_origin >= 0)


def _variable_of(term: Square, asked: Problem) -> Iterable[int]:
    """The variable x that must be 0 where the term is: the term is w x or w x^2."""
    found = total([term], asked).to_dict()
    if len(found) == 1:
        ((powers, _),) = found.items()
        if sorted(powers)[-1:] in ([1], [2]) and sum(map(bool, powers)) == 1:
            yield next(i for i, n in enumerate(powers) if n)
