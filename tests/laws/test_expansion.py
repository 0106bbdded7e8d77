"""Laws of the expansion of the log odds: any order, any finite softmax, and the printed form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial

import numpy as np
import pytest
import sympy as sp
from flint import arb

from theory.derivations._cumulants import (
    derivative,
    eta,
    in_moments,
    log_odds_coefficient,
    log_odds_coefficient_in_cumulants,
    moment,
)
from theory.derivations._series import Coefficient
from theory.derivations.expansion_printed import BENT, LINEAR, PRINTED, TRUE, log_odds, table

SHAPES = ((2, 1), (3, 1), (3, 2), (4, 2))  # responses, correct ones
LATER = [(3, *shape) for shape in SHAPES] + [(4, 3, 2)]
CASES = [(n, *shape) for n in (1, 2) for shape in SHAPES]
CASES += [pytest.param(*case, marks=pytest.mark.slow) for case in LATER]


@pytest.mark.parametrize("order", range(1, 7))
def test_cumulants_and_moments_give_the_same_coefficient(order: int) -> None:
    in_cumulants = log_odds_coefficient_in_cumulants(order).subs(in_moments(order))
    assert sp.expand(log_odds_coefficient(order) - in_cumulants) == 0


def test_the_order_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="got 0"):
        log_odds_coefficient(0)


def policy(count: int, degree: int, seed: int) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """Weights and logits of a softmax along the update; the logits are polynomials in eta."""
    rng = np.random.default_rng(seed)

    def draw(low: int) -> sp.Rational:
        return sp.Rational(int(rng.integers(low, 9)), int(rng.integers(1, 7)))

    weights = [draw(1) for _ in range(count)]
    logits = [sum(draw(-8) * eta**n for n in range(1, degree + 1)) for _ in range(count)]
    return weights, logits


def direct(weights: Sequence[sp.Expr], logits: Sequence[sp.Expr], right: int, n: int) -> sp.Expr:
    """The coefficient by differentiating log of a sum of exponentials: no expectation in it."""
    masses = [p * sp.exp(z) for p, z in zip(weights, logits, strict=True)]
    function = sp.log(sp.Add(*masses[:right])) - sp.log(sp.Add(*masses[right:]))
    return Coefficient(function, eta, n).doit()


def by_moments(
    weights: Sequence[sp.Expr],
    logits: Sequence[sp.Expr],
    right: int,
    n: int,
    formula: Callable[[int], sp.Expr] = log_odds_coefficient,
) -> sp.Expr:
    """The same from the moments of the derivatives of log pi, normalisation included."""
    size = sp.log(sp.Add(*(p * sp.exp(z) for p, z in zip(weights, logits, strict=True))))
    rows = [
        {
            derivative(k): factorial(k) * Coefficient(z - size, eta, k).doit()
            for k in range(1, n + 1)
        }
        for z in logits
    ]
    values = {}
    for symbol in formula(n).free_symbols:
        side = slice(None, right) if symbol.name[1] == "+" else slice(right, None)
        inside = sp.Mul(*(named(part) for part in symbol.name[3:-1].split()))
        total = sum(p * inside.subs(row) for p, row in zip(weights[side], rows[side], strict=True))
        values[symbol] = total / sp.Add(*weights[side])
    return formula(n).subs(values)


def named(part: str) -> sp.Expr:
    """ "s^2" as a power of the symbol of the score, and its like."""
    name, _, power = part.partition("^")
    letters = {derivative(k).name: derivative(k) for k in range(1, 7)}
    return letters[name] ** int(power or 1)


@pytest.mark.claim("expansion", aspect="derived")
@pytest.mark.parametrize(
    "degree",
    [pytest.param(1, id="log-linear"), pytest.param(3, id="nonlinear", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize(("order", "count", "right"), CASES)
def test_the_formula_is_the_series_of_an_explicit_policy(
    order: int, count: int, right: int, degree: int
) -> None:
    weights, logits = policy(count, degree, seed=100 * count + right)
    exact = direct(weights, logits, right, order)
    assert sp.nsimplify(by_moments(weights, logits, right, order) - exact) == 0


def without_half(order: int) -> sp.Expr:
    """Var+ - Var-, the second coefficient as printed."""
    return sum(
        sign * (moment(side, [s, s]) - moment(side, [s]) ** 2)
        for side, sign in (("+", 1), ("-", -1))
        for s in (derivative(1),)
    )


@pytest.mark.claim("expansion_printed", aspect="derived")
@pytest.mark.parametrize("degree", [1, 3], ids=["log-linear", "nonlinear"])
def test_the_printed_coefficient_is_refuted_on_random_policies(degree: int) -> None:
    """Log-linear: exactly twice the true one. Otherwise: not even that."""
    weights, logits = policy(3, degree, seed=5)
    exact = direct(weights, logits, 2, 2)
    printed = by_moments(weights, logits, 2, 2, without_half)
    assert printed != exact
    assert (printed == 2 * exact) == (degree == 1)


@pytest.mark.parametrize("degree", [1, 3], ids=["log-linear", "nonlinear"])
def test_the_curvature_is_the_same_everywhere_only_if_log_linear(degree: int) -> None:
    weights, logits = policy(4, degree, seed=8)
    size = sp.log(sp.Add(*(p * sp.exp(z) for p, z in zip(weights, logits, strict=True))))
    bends = {Coefficient(z - size, eta, 2).doit() for z in logits}
    assert (len(bends) == 1) == (degree == 1)


def test_blocks_count_all_set_partitions() -> None:
    from theory.derivations._cumulants import blocks_of

    bell_numbers = [1, 2, 5, 15, 52, 203]
    assert [sum(ways for ways, _ in blocks_of(n)) for n in range(1, 7)] == bell_numbers
    factors = Counter(factors for _, factors in blocks_of(5))
    assert max(factors.values()) == 1


# -- the three-armed bandit ------------------------------------------------------------------------


@pytest.mark.claim("expansion_printed", aspect="derived")
def test_the_bandit_has_the_numbers_that_its_page_says() -> None:
    assert (TRUE[LINEAR], TRUE[BENT]) == (sp.Rational(1, 8), sp.Rational(-3, 8))
    assert sp.Rational(1, 4) == PRINTED


@pytest.mark.claim("expansion_printed", aspect="derived")
def test_the_table_approaches_the_true_coefficients_and_not_the_printed_one() -> None:
    rows = [row.split() for row in table().splitlines()]
    assert rows[-1] == ["printed", "1/4", "1/4"]
    assert rows[-2] == ["limit", "1/8", "-3/8"]
    for step, linear, bent in rows[1:-2]:
        size = float(Fraction(step))
        assert abs(float(linear) - 1 / 8) < size**2
        assert abs(float(bent) + 3 / 8) < size
        assert abs(float(linear) - 1 / 4) > 1 / 8


@pytest.mark.claim("expansion_printed", aspect="derived")
def test_the_bandit_from_its_probabilities_in_balls() -> None:
    """Not from the simplified odds: from three softmax probabilities."""
    for logit in (LINEAR, BENT):
        for step in ("0.5", "0.01"):
            moved = logit.subs(eta, sp.Rational(step))
            first = (arb(int(moved.p)) / int(moved.q)).exp() / 4
            total = first + arb(1) / 4 + arb(1) / 2
            rate = (first + arb(1) / 4) / total
            exact = (rate / (1 - rate)).log()
            found = log_odds(logit).subs(eta, sp.Rational(step)).evalf(15)
            assert abs(float(exact) - float(found)) < 1e-12
