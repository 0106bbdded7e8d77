"""Corollary 1. `favourable` and `positive_L` are not needed: without them the step size is 0.

If least_gap <= 0 then eta <= 0 by `small`. If L <= 0 and eta > 0, all scores are 0 (see
theorem_1b), and no gap is positive. With eta = 0 the claim is 1 - J(0) <= (1 - J(0))/J(0).
"""

from fractions import Fraction
from functools import partial

import numpy as np
from flint import arb

from numeric.checks._base import Counter
from numeric.checks._orbits import (
    ADAPTED,
    SIZE,
    Counters,
    at_rest,
    even_wave,
    restarted,
    thin_failure,
    undefined,
)
from numeric.checks._raw_trajectory import Path, counter, fixed, steady
from numeric.checks._trajectory import (
    Point,
    below,
    draw_start,
    fixed_size,
    run,
    trajectory_values,
)
from numeric.core.step import ball_precision, gradient_gap
from theory.evaluate import Values
from theory.statements.corollary_1 import STATEMENT

SHRINK = 0.3


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """The step size is adapted to a guess of the least gap; if a gap is less, guess again."""
    start, updates = draw_start(rng, log_odds), int(rng.integers(5, 16))
    least = float(np.linalg.norm(gradient_gap(start.policy, start.theta, start.reward).gap))
    points: list[Point] = []
    with ball_precision():
        while not points or not all(p.gap >= least for p in points):
            least *= SHRINK
            size = below(rng, arb(least) / (2 * (start.L + 8 * start.G**2)))
            points = run(rng, start, updates, fixed_size(size), ahead=True)
        values = trajectory_values(points, L=start.L, G=start.G)
        return {**values, "eta": arb(size), "least_gap": arb(least)}


def path_counter(
    path: Path, eta: Fraction, least_gap: Fraction | int, K: int, note: str, drop: str | None = None
) -> Counter:
    return counter(STATEMENT, path, K, note, drop, {"eta": eta, "least_gap": least_gap})


ORBITS = {
    "normalised": (Fraction(1, 2), 2),
    "differentiable": (Fraction(1, 20), 1),
    "smooth": (Fraction(1, 20), 1),
    "verifiable": (Fraction(6), 120),
    "continues": (SIZE, 1),
}
"""The size of every step, and the gap or less."""


def orbit(name: str) -> Counter:
    (path, note), (eta, least_gap) = ADAPTED[name], ORBITS[name]
    return path_counter(path(), eta, least_gap, 40, note, name)


COUNTERS: Counters = {f"drop {name}": partial(orbit, name) for name in ORBITS} | {
    "three times the rate": lambda: path_counter(
        steady(1, fixed(SIZE)), SIZE, 1, 17, "log-linear: the odds grow by e^(K eta)"
    ),
    "J(0) and 1 - J(0) exchanged": lambda: path_counter(
        steady(Fraction(1, 9), fixed(SIZE)), SIZE, 1, 1, "J(0) = 1/10 and a short step"
    ),
    "success instead of failure": lambda: path_counter(
        steady(9, fixed(SIZE)), SIZE, 1, 1, "J(0) = 9/10 and a short step"
    ),
    "drop forward": lambda: path_counter(
        steady(9, fixed(-1)), Fraction(-1), 1, 3, "three steps back from J = 9/10", "forward"
    ),
    "drop interior": lambda: undefined(STATEMENT, {"eta": 0, "least_gap": 1}),
    "drop bounded": lambda: path_counter(
        thin_failure(), Fraction(1), Fraction(1, 10), 1, ADAPTED["bounded"][1], "bounded"
    ),
    "drop uniform": lambda: path_counter(
        at_rest(size=Fraction(1, 20)), Fraction(1, 20), 1, 40, "the gap is 0", "uniform"
    ),
    "drop constant": lambda: path_counter(restarted(0), SIZE, 1, 40, "no step moves", "constant"),
    "drop small": lambda: path_counter(
        even_wave(), Fraction(6), 1, 40, ADAPTED["adapted"][1], "small"
    ),
}
