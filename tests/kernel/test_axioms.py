"""The axioms under attack: in ball arithmetic over boxes, at high precision, and all together.

Facts of the kernel that are not about functions (sums, induction, derivatives) are attacked on
random finite instances in exact rational arithmetic.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from theory.evaluate import Comparison, comparisons
from theory.kernel.axioms import AXIOMS
from theory.kernel.obligations import smtlib
from theory.kernel.rules import FACTS
from theory.kernel.sequent import Axiom
from theory.kernel.solvers import SOLVERS
from theory.kernel.terms import PI, Term, const, cos, eq, exp, lift, log, sin, substitute, var

x, y = var("x"), var("y")
FALSE_TWINS = (
    Axiom("tangent_too_steep", (x,), (), 1 + 2 * x <= exp(x), "planted"),
    Axiom("tangent_too_high", (x,), (), const(1001) / 1000 + x <= exp(x), "planted"),
    Axiom("exp_of_sum_is_sum", (x, y), (), eq(exp(x + y), exp(x) + exp(y)), "planted"),
    Axiom("exp_add_off", (x, y), (), eq(exp(x + y), exp(x) * exp(y) * 1001 / 1000), "planted"),
    Axiom("log_is_half", (x,), (lift(0) < x,), eq(exp(log(x)), x / 2), "planted"),
    Axiom("circle_too_large", (x,), (), eq(sin(x) ** 2 + cos(x) ** 2, 2), "planted"),
    Axiom("half_a_period", (x,), (), eq(cos(x + PI), cos(x)), "planted"),
    Axiom("sine_for_cosine", (x,), (), eq(sin(x + PI / 2), sin(x)), "planted"),
    Axiom("sine_at_zero", (), (), eq(sin(0), 1), "planted"),
    Axiom("pi_too_small", (), (), const(314) / 100 > PI, "planted"),
)


def box(centre: float, radius: float) -> arb:
    return arb(centre, radius)


def certainly_false(axiom: Axiom, point: tuple[arb, ...]) -> bool:
    """Whether the axiom fails at a point of its range, beyond doubt."""
    values = {"one": arb(1)} | {str(v.data): p for v, p in zip(axiom.variables, point, strict=True)}
    for condition in axiom.conditions:
        if not all(c.left < c.right for c in comparisons(condition, values)):
            return False
    return any(certainly_violated(c) for c in comparisons(axiom.conclusion, values))


def certainly_violated(c: Comparison) -> bool:
    if c.relation == "eq":
        return not c.left.overlaps(c.right)
    return bool(c.left > c.right if c.relation == "le" else c.left >= c.right)


def broken_somewhere(axiom: Axiom) -> bool:
    grid = [Fraction(n, 4) for n in range(-80, 81)]
    points = product([arb(p.numerator) / p.denominator for p in grid], repeat=len(axiom.variables))
    return any(certainly_false(axiom, point) for point in points)


@pytest.mark.parametrize("axiom", AXIOMS.values(), ids=lambda a: a.name)
def test_no_point_of_a_grid_breaks_the_axiom(axiom: Axiom) -> None:
    assert not broken_somewhere(axiom)


@pytest.mark.parametrize("axiom", FALSE_TWINS, ids=lambda a: a.name)
def test_the_same_grid_breaks_each_false_axiom(axiom: Axiom) -> None:
    assert broken_somewhere(axiom)


FINITE = st.floats(min_value=-700, max_value=700, allow_nan=False)


@given(a=FINITE, b=FINITE, digits=st.sampled_from([20, 100, 1000]))
def test_the_axioms_hold_at_high_precision(a: float, b: float, digits: int) -> None:
    with ctx.workdps(digits):
        for axiom in AXIOMS.values():
            point = (arb(a), arb(b))[: len(axiom.variables)]
            assert not certainly_false(axiom, point)


def test_the_tangent_bound_is_certified_on_boxes_that_cover_an_interval() -> None:
    """exp x - 1 - x has derivative exp x - 1, so on a box away from 0 its sign is decided by balls;
    the boxes next to 0 are covered by exp x - 1 - x = x^2/2 * exp(xi) >= 0."""
    step = Fraction(1, 64)
    for n in range(-64 * 8, 64 * 8):
        centre = (n + Fraction(1, 2)) * step
        ball = arb(centre.numerator, 0) / centre.denominator + arb(0, float(step / 2))
        if ball.contains(0) or abs(centre) < 2 * step:
            second = ball.exp()
            assert second > 0
        else:
            # mean value form: f(c) + f'(ball) * (ball - c)
            c = arb(centre.numerator) / centre.denominator
            assert c.exp() - 1 - c + (ball.exp() - 1) * arb(0, float(step / 2)) > 0


def instances() -> list[Term]:
    """Every axiom at every combination of a few points, and exp(a + b) = exp(c) where c = a + b."""
    points = [const(Fraction(n, 2)) for n in range(-4, 5)]
    ground = []
    for axiom in AXIOMS.values():
        for values in product(points, repeat=len(axiom.variables)):
            instance = dict(zip(axiom.variables, values, strict=True))
            conditions = [substitute(c, instance) for c in axiom.conditions]
            if all(c.args[1].data > c.args[0].data for c in conditions):
                ground.append(substitute(axiom.conclusion, instance))
    for a, b in product(points, repeat=2):
        ground.append(eq(exp(a + b), exp(const(a.data + b.data))))
    return ground


@pytest.mark.parametrize("solver", SOLVERS)
def test_falsehood_does_not_follow_from_the_axioms_together(solver: str) -> None:
    assert SOLVERS[solver](smtlib(tuple(instances()), eq(0, 1)), 20.0) == "sat"


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_false_axiom_makes_them_contradictory(solver: str) -> None:
    planted = eq(exp(const(1)), 2 * exp(const(Fraction(1, 2))))
    below = exp(const(1)) < 4
    assert SOLVERS[solver](smtlib((*instances(), planted, below), eq(0, 1)), 20.0) == "unsat"


def test_the_real_functions_are_a_model_of_every_instance() -> None:
    for formula in instances():
        for c in comparisons(formula, {"one": arb(1)}):
            assert not certainly_violated(c)


NUMBERS = st.fractions(min_value=-5, max_value=5, max_denominator=9)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6), NUMBERS, NUMBERS)
def test_finite_sums_are_linear_and_monotone(
    rows: list[tuple[Fraction, Fraction]], a: Fraction, b: Fraction
) -> None:
    f, g = zip(*rows, strict=True)
    assert sum(a * u + b * v for u, v in rows) == a * sum(f) + b * sum(g)
    assert sum(min(u, v) for u, v in rows) <= sum(f)


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_finite_sums_can_be_exchanged(table: list[list[Fraction]]) -> None:
    assert sum(map(sum, table)) == sum(sum(column) for column in zip(*table, strict=True))


def test_every_fact_names_a_source() -> None:
    for statement, source in FACTS.values():
        assert statement
        assert source
    for axiom in AXIOMS.values():
        assert axiom.source
