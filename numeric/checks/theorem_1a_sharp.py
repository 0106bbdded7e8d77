"""Theorem 1(a) with the sharp constant. Every hypothesis is needed."""

from fractions import Fraction

import numpy as np

from numeric.checks._orbits import HALF, SIZE, Counters, dropped_stagnation
from numeric.checks._raw_trajectory import counter, fixed, leap, steady
from numeric.checks._trajectory import draw_stagnation
from theory.lambdify import Values
from theory.statements.theorem_1a_sharp import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_stagnation(rng, log_odds, lambda L, G: L + G**2 / 2)


GAINED = Fraction(1, 16)
"""At least the gap times SIZE."""

SQUARES = Fraction(3, 100)
"""At least 3/4 times SIZE^2."""

COUNTERS: Counters = dropped_stagnation(STATEMENT) | {
    "sign of the exponent lost": lambda: counter(
        STATEMENT,
        steady(1, fixed(SIZE, 1)),
        1,
        "J(0) = 1/2 is above 1/(1 + e)",
        constants={"C0": HALF, "C1": HALF},
    ),
    "no room for C1": lambda: counter(
        STATEMENT,
        leap("true"),
        1,
        "the log odds rise by 2 from a place with gap 0",
        constants={"C0": 0, "C1": 9},
    ),
    "J(0) and 1 - J(0) exchanged": lambda: counter(
        STATEMENT,
        steady(9, fixed(SIZE, 1)),
        1,
        "J(0) = 9/10, a short step",
        constants={"C0": GAINED, "C1": SQUARES},
    ),
}
