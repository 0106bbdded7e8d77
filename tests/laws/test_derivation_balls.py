"""Laws of what derivations stand on: signs, balls, random points, terms and textbook facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp
from flint import arb

from tests.laws.derived import ONE, PLANE, ZERO, a, b, rng, x, y
from theory.derivations._balls import NotInBalls, evaluate, precision
from theory.derivations._from_term import formula
from theory.derivations._relation import Domain, Let, Range, Whole
from theory.derivations._rule import Fact, chord, larger, tangent, tangent_log
from theory.derivations._series import Coefficient
from theory.derivations._signs import UP, Orientation, is_zero, orientation, split_logs
from theory.evaluate import evaluate as evaluate_term
from theory.statements import eta_safe, token_eta_safe

# -- signs, balls, terms ---------------------------------------------------------------------------

POSITIVE = (a, b - a, 1 - a)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (a, UP),
        (a - b, Orientation(False, True)),
        (2 - 2 * a, UP),
        (a * (a - 1), Orientation(False, True)),
        (a / (1 - a) ** 3, UP),
        ((x - y) ** 2, Orientation(True, False)),
        ((a - b) ** 3, Orientation(False, True)),
        (sp.exp(x), UP),
        (sp.Integer(2) ** sp.Rational(1, 4) - 1, UP),
        (sp.Max(x, a), UP),
        (a + (x - y) ** 2, UP),
        (-a - (x - y) ** 2, Orientation(False, True)),
        (a * b - a**2, UP),
        (x, None),
        (a - 2 * b + x, None),
        (x**3, None),
        (sp.Min(x, a), None),
    ],
    ids=str,
)
def test_signs_are_read_off(expression: Any, expected: Orientation | None) -> None:
    assert orientation(expression, POSITIVE) == expected


def test_zero_is_shown_and_never_guessed() -> None:
    assert is_zero(sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1)
    assert not is_zero(sp.exp(x) - 1 - x)
    together = sp.log(a * (1 - a) / b) - sp.log(a) - sp.log(1 - a) + sp.log(b)
    assert is_zero(split_logs(together, (*POSITIVE, b)))
    assert not is_zero(split_logs(sp.log(x * y) - sp.log(x) - sp.log(y), POSITIVE))


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
def test_derivatives_in_balls_agree_with_sympy(order: int) -> None:
    function = sp.exp(-x) * sp.log(1 + x**2) / (2 + sp.sin(x)) + sp.sqrt(3 + sp.cos(x)) ** 3
    with precision():
        point = {x: arb("0.7")}
        by_series = evaluate(sp.Derivative(function, (x, order)) if order else function, point)
        by_sympy = evaluate(sp.diff(function, x, order), point)
        assert (by_series - by_sympy).contains(0)
        assert not (by_series - by_sympy - arb("1e-40")).contains(0)
        at_0 = evaluate(Coefficient(function, x, order), {})
        exact = evaluate(Coefficient(function, x, order).doit(), {})
        assert (at_0 - exact).contains(0)


@pytest.mark.parametrize("wrong", [sp.gamma(x), sp.Symbol("t"), sp.oo, sp.Limit(x, x, 0)])
def test_what_is_not_on_the_whitelist_has_no_ball(wrong: Any) -> None:
    with pytest.raises(NotInBalls):
        evaluate(wrong, {x: arb(1)})


def test_a_point_lies_inside_its_ranges_and_an_empty_range_is_refused() -> None:
    n = sp.Symbol("n", integer=True)
    inside = Domain((*PLANE.entries, Whole(n)))
    with precision():
        for _ in range(50):
            point = inside.draw(np.random.default_rng(_))
            assert 0 < point[a] < point[b]
            assert point[x] < point[y]
            assert point[n] == point[n].unique_fmpz() >= 0
        with pytest.raises(ValueError, match="range of a is empty"):
            Domain((Range(a, ONE, ZERO),)).draw(rng())
        with pytest.raises(ValueError, match="declared positive"):
            Domain((Range(a, -2 * ONE, -ONE),)).draw(rng())
    with pytest.raises(ValueError, match="two ranges"):
        Domain((Range(a, ZERO, ONE), Let(a, ONE)))


@pytest.mark.parametrize("module", [eta_safe, token_eta_safe], ids=lambda m: m.STATEMENT.slug)
def test_terms_keep_their_value_as_sympy_formulas(module: Any) -> None:
    names = ("J", "F", "gap", "L", "G", "T", "T_psi", "length_plus")
    numbers = dict(zip(names, (0.25, 0.75, 0.5, 2.0, 1.5, 7.0, 4.0, 5.0), strict=True))
    symbols = {name: sp.Symbol(name) for name in names}
    expression = formula(module.SAFE_STEP, symbols)
    value = expression.subs({symbols[name]: number for name, number in numbers.items()})
    assert float(value) == pytest.approx(evaluate_term(module.SAFE_STEP, numbers), rel=1e-12)


@pytest.mark.parametrize(
    "fact",
    [
        lambda t: tangent(t),
        lambda t: tangent_log(t + 4),
        lambda t: chord(t, sp.Integer(-3), sp.Integer(3)),
        lambda t: larger(t, 1 - t),
    ],
    ids=["tangent", "tangent of log", "chord", "maximum"],
)
def test_a_textbook_fact_is_never_negative_in_balls(fact: Callable[[Any], Fact]) -> None:
    with precision():
        for number in np.random.default_rng(3).uniform(-2.9, 2.9, 40):
            assert evaluate(fact(x).surplus, {x: arb(float(number))}) >= -arb("1e-200")
