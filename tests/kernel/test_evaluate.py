"""One evaluator, several arithmetics: on what is common to them they agree."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from numeric.core.balls import ball_precision, to_balls
from theory.evaluate import BALLS, FLOATS, RATIONALS, backend_of, evaluate
from theory.kernel.terms import (
    PI,
    KernelError,
    absolute,
    const,
    cos,
    exp,
    log,
    maximum,
    minimum,
    sin,
    var,
)

x, y = var("x"), var("y")
TERMS = {
    "polynomial": (2 * x - y) ** 3 / 7 + const(1) / 3,
    "maximum": maximum(x, y) - maximum(x, 1) * maximum(2, y),
    "minimum": minimum(x, y / 3) + minimum(absolute(y), 1),
    "elementary": exp(-x) + log(x + 2) * sin(y) - cos(PI * x) + log(const(2)),
}
POINTS = [(1.0, 2.0), (0.25, -1.5), (3.0, 0.5), (0.0, 0.0)]
EXACT = ["polynomial", "maximum", "minimum"]


def numbers(point):
    return dict(zip("xy", point, strict=True))


@pytest.mark.parametrize("name", TERMS)
def test_arrays_broadcast_and_agree_with_floats_point_by_point(name):
    grid = {"x": np.array([p[0] for p in POINTS])[:, None], "y": np.array([p[1] for p in POINTS])}
    found = evaluate(TERMS[name], grid)
    assert found.shape == (len(POINTS), len(POINTS))
    for i, (first, _) in enumerate(POINTS):
        for j, (_, second) in enumerate(POINTS):
            alone = evaluate(TERMS[name], {"x": first, "y": second})
            assert found[i, j] == pytest.approx(alone, rel=1e-14)


@pytest.mark.parametrize("name", TERMS)
def test_balls_enclose_the_exact_value_and_arrays_of_balls_are_taken_one_by_one(name):
    with ball_precision(256):
        array = {v: to_balls(np.array([p[i] for p in POINTS])) for i, v in enumerate("xy")}
        found = evaluate(TERMS[name], array)
        for ball, point in zip(found, POINTS, strict=True):
            alone = evaluate(TERMS[name], {v: arb(a) for v, a in numbers(point).items()})
            assert alone.overlaps(ball) and alone.rad() < 1e-70
            assert float(alone) == pytest.approx(evaluate(TERMS[name], numbers(point)), rel=1e-12)


@pytest.mark.parametrize("name", EXACT)
def test_rationals_stay_exact(name):
    for point in POINTS:
        value = evaluate(TERMS[name], {v: Fraction(a) for v, a in numbers(point).items()})
        assert isinstance(value, Fraction)
        assert float(value) == pytest.approx(evaluate(TERMS[name], numbers(point)), rel=1e-14)


def test_the_numbers_tell_the_arithmetic():
    assert backend_of({"x": 1.0, "f": len}) is FLOATS
    assert backend_of({"x": np.ones(3)}) is FLOATS
    assert backend_of({"x": Fraction(1), "K": 2}) is RATIONALS
    assert backend_of({"x": arb(1), "y": Fraction(1)}) is BALLS
    assert backend_of({"x": to_balls(np.ones(3))}) is BALLS


def test_a_constant_is_no_rounded_number_in_balls_nor_in_rationals():
    third, half_turn = const(1) / 3, sin(PI / 6)
    with ball_precision(256):
        assert (evaluate(third, {}, BALLS) * 3).contains(1)
        assert abs(evaluate(half_turn, {}, BALLS) - arb(1) / 2) < 1e-70
    assert evaluate(third, {}, RATIONALS) == Fraction(1, 3)
    assert evaluate(half_turn, {}) == pytest.approx(0.5)
    assert evaluate(exp(const(0)), {}, RATIONALS) == 1
    assert evaluate(exp(const(1)), {}, RATIONALS) == math.e


def test_a_name_without_a_value_and_a_formula_are_refused():
    with pytest.raises(KeyError, match="y"):
        evaluate(x + y, {"x": 1.0})
    with pytest.raises(KernelError, match="no numeric value"):
        evaluate(x <= y, {"x": 1.0, "y": 2.0})
