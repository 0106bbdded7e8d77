"""Theorem 1(a), corrected. Every hypothesis is needed."""

from fractions import Fraction

import numpy as np

from numeric.checks._orbits import HALF, SIZE, Counters, dropped_stagnation
from numeric.checks._raw_trajectory import counter, fixed, steady
from numeric.checks._trajectory import draw_stagnation
from theory.lambdify import Values
from theory.statements.theorem_1a import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_stagnation(rng, log_odds, lambda L, G: L + 8 * G**2)


GAINED = Fraction(1, 16)
"""At least the gap times SIZE."""

SQUARES = Fraction(3, 100)
"""At least 33/4 times SIZE^2."""

COUNTERS: Counters = dropped_stagnation(STATEMENT) | {
    "sign of the exponent lost": lambda: counter(
        STATEMENT,
        steady(1, fixed(SIZE, 1)),
        1,
        "J(0) = 1/2 is above 1/(1 + e)",
        constants={"C0": HALF, "C1": HALF},
    ),
    "constants divided by 64": lambda: counter(
        STATEMENT,
        steady(1, fixed(SIZE, 1)),
        1,
        "the log odds rise by almost C0",
        constants={"C0": GAINED, "C1": SQUARES},
    ),
    "J(0) and 1 - J(0) exchanged": lambda: counter(
        STATEMENT,
        steady(9, fixed(SIZE, 1)),
        1,
        "J(0) = 9/10, a short step",
        constants={"C0": GAINED, "C1": SQUARES},
    ),
}
