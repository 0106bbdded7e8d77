"""Theorem 1(b) under the sharp step size. `positive_L` is not needed, as in theorem_1b."""

from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks._orbits import ADAPTED, SIZE, Counters, dropped, undefined
from numeric.checks._raw_trajectory import counter, fixed, steady
from numeric.checks._trajectory import adapted_sharp, draw_convergence
from theory.evaluate import Values
from theory.statements.theorem_1b_sharp import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_convergence(rng, log_odds, adapted_sharp)


COUNTERS: Counters = dropped(STATEMENT, ADAPTED, K=2) | {
    "three times M": lambda: counter(
        STATEMENT, steady(1, fixed(SIZE, 17)), 17, "log-linear: the log odds grow by M"
    ),
    "J(0) and 1 - J(0) exchanged": lambda: counter(
        STATEMENT, steady(Fraction(1, 9), fixed(SIZE, 1)), 1, "J(0) = 1/10 and a short step"
    ),
    "sign flipped": lambda: counter(
        STATEMENT, steady(1, fixed(SIZE, 17)), 17, "log-linear: the log odds grow by M, not M/2"
    ),
    "drop interior": partial(undefined, STATEMENT),
}
