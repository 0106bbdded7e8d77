"""Laws of landscapes: gradients and constants are what they say they are, at every point."""

import numpy as np
import pytest
from flint import arb, fmpq

from numeric.core.balls import ball_precision, sigmoid
from numeric.experiments.collapse.constructions import score_smoothness
from numeric.experiments.collapse.landscapes import (
    SHARP,
    SMOOTH,
    Ridge,
    ceiling,
    exact,
    ridge,
    root_above,
    root_below,
    wave,
)
from numeric.experiments.collapse.rays import rays


def norm_squared(row):
    return sum((a * a for a in row), arb(0))


def minus(left, right):
    return [a - b for a, b in zip(left, right, strict=True)]


LANDSCAPES = {
    "cosine": wave("1/5", 1, "3/2", "cosine", SMOOTH),
    "triangle": wave("1/5", 1, "6/5", "triangle", SHARP),
    "rising cosine": wave("1/5", 1, "1/10"),
    "ridge": ridge("1/5", 1, "1/2"),
    "rising ridge": ridge("1/5", 1, "3/25"),
    "rays": rays("1/5", 1, 5, dimension=4),
    "rays far apart": rays("1/5", 1, 12, dimension=3),
}
STEPS = {
    "cosine": exact("3/2"),
    "triangle": exact("6/5"),
    "rising cosine": exact("1/10"),
    "ridge": exact("1/2"),
    "rising ridge": exact("3/25"),
    "rays": exact(3),
    "rays far apart": exact(3),
}
LANDSCAPE = pytest.mark.parametrize("landscape", LANDSCAPES.values(), ids=LANDSCAPES)


def draw_point(landscape, rng):
    """Anywhere, or close to an iterate."""
    if rng.uniform() < 0.5:
        return tuple(exact(a) for a in rng.normal(size=landscape.dimension) * 2)
    k, step = int(rng.integers(landscape.dimension)), exact(float(rng.uniform(1, 3)))
    on_ray = [step * (i < k) for i in range(landscape.dimension)]
    noise = rng.normal(size=landscape.dimension) * 10 ** rng.uniform(-2, -0.3)
    return tuple(a + exact(b) for a, b in zip(on_ray, noise, strict=True))


@LANDSCAPE
def test_gradients_are_those_of_the_values_and_as_lipschitz_as_they_say(landscape):
    rng, closest = np.random.default_rng(3), 0.0
    with ball_precision():
        for _ in range(600):
            x = draw_point(landscape, rng)
            size = 10 ** rng.uniform(-3, 0.5)
            step = [exact(a) for a in size * rng.normal(size=landscape.dimension)]
            y = tuple(a + b for a, b in zip(x, step, strict=True))
            here, there = landscape.gradient(x), landscape.gradient(y)
            far = norm_squared([arb(a) for a in step])
            tangent = sum((g * a for g, a in zip(here, step, strict=True)), arb(0))
            error = landscape.value(y) - landscape.value(x) - tangent
            slack = arb(2) ** -200
            assert abs(error) <= landscape.bend * far / 2 + slack
            change = norm_squared(minus(there, here)).sqrt()
            assert change <= landscape.bend * far.sqrt() + slack
            assert norm_squared(here) <= landscape.steepest_squared + slack
            closest = max(closest, float(change / (landscape.bend * far.sqrt())))
    # The bound of rays adds the worst cases of two terms: far from sharp if both are large.
    assert closest > (0.35 if landscape.name == "rays" else 0.95)


@pytest.mark.parametrize(("name", "landscape"), LANDSCAPES.items(), ids=LANDSCAPES)
def test_every_iterate_has_the_same_slope_and_the_height_of_the_closed_form(name, landscape):
    step = STEPS[name]
    x = (fmpq(0),) * landscape.dimension
    for k in range(landscape.dimension if landscape.name == "rays" else 30):
        w = landscape.direction(k)
        assert sum(a**2 for a in w) == 1
        with ball_precision():
            gradient = landscape.gradient(x)
            slope = sum((g * a for g, a in zip(gradient, w, strict=True)), arb(0))
            assert abs(slope - fmpq(1, 5)) < arb(2) ** -240
            assert abs(landscape.value(x) - landscape.height(k, step)) < arb(2) ** -240
            if landscape.name != "ridge":
                assert norm_squared(minus(gradient, [slope * a for a in w])) < arb(2) ** -480
        x = tuple(a + step * b for a, b in zip(x, w, strict=True))


@LANDSCAPE
def test_scores_are_bounded_and_lipschitz_at_every_success_rate(landscape):
    """Assumption 1 with L = 1 and G = 1, from its definition."""
    rng = np.random.default_rng(4)
    start = float(rng.uniform(-2, 2))
    with ball_precision():

        def scores(x):
            J, gradient = sigmoid(start + landscape.value(x)), landscape.gradient(x)
            return [[(1 - J) * g for g in gradient], [-J * g for g in gradient]]

        assert score_smoothness(landscape.steepest_squared, landscape.bend) <= 1
        for _ in range(200):
            x, y = draw_point(landscape, rng), draw_point(landscape, rng)
            far = norm_squared([arb(a - b) for a, b in zip(x, y, strict=True)])
            for s, t in zip(scores(x), scores(y), strict=True):
                assert norm_squared(s) <= 1
                assert norm_squared(minus(s, t)) <= far


@pytest.mark.parametrize(("steepest_squared", "bend"), [(1, 4), (4, 1), (1, 1), (4, 3)])
def test_the_lipschitz_constant_of_two_scores_is_the_largest_of_its_family(steepest_squared, bend):
    J = np.linspace(0, 1, 100_001)
    largest = ((1 - J) * (bend + steepest_squared * J)).max()
    found = score_smoothness(fmpq(steepest_squared), fmpq(bend))
    assert float(arb(found)) == pytest.approx(largest, rel=1e-9)


def test_the_ridge_is_steep_by_a_bounded_factor_only():
    for factor in ("1.0000001", "1.1", "1.5", "2", "7", "1e6"):
        found = ridge(1, 1, 2 * exact(factor))
        assert isinstance(found, Ridge)
        assert found.steepest_squared < fmpq(41, 10) ** 2


# -- exact numbers ---------------------------------------------------------------------------------


def test_exact_numbers_are_what_they_are_given():
    assert [exact(x) for x in ("1/3", "1e-3", 0.5)] == [fmpq(1, n) for n in (3, 1000, 2)]
    assert exact(0.1) != fmpq(1, 10), "a float is the rational number that it is"
    for wrong in ("nan", float("inf"), float("nan"), "1/0", "one"):
        with pytest.raises(ValueError, match="finite"):
            exact(wrong)


def test_roots_and_ceilings_are_on_the_right_side():
    rng = np.random.default_rng(6)
    for x in (*(exact(10 ** rng.uniform(-30, 30)) for _ in range(200)), fmpq(4), fmpq(2)):
        low, high = root_below(x), root_above(x)
        assert low**2 <= x <= high**2 and high <= low * (1 + fmpq(1, 2**58))
    assert root_above(fmpq(4)) == root_below(fmpq(4)) == 2
    assert [ceiling(arb(a)) for a in (2, 2.5, -2.5, 1e300)] == [2, 3, -2, int(1e300)]
    assert ceiling(arb(2, 0.25)) == 3
