"""Theorem 1(b). `positive_L` is not needed.

If L <= 0, a step with eta > 0 has constant scores on its segment; as the mean of score^2 is minus
the mean of the score's derivative, they are all 0. So nothing moves and J(K) = J(0), with M = 0.
"""

from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks._orbits import ADAPTED, SIZE, Counters, dropped, undefined
from numeric.checks._raw_trajectory import counter, fixed, steady
from numeric.checks._trajectory import adapted, draw_convergence
from theory.evaluate import Values
from theory.statements.theorem_1b import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_convergence(rng, log_odds, adapted)


COUNTERS: Counters = dropped(STATEMENT, ADAPTED, K=2) | {
    "three times M": lambda: counter(
        STATEMENT, steady(1, fixed(SIZE)), 17, "log-linear: the log odds grow by M"
    ),
    "J(0) and 1 - J(0) exchanged": lambda: counter(
        STATEMENT, steady(Fraction(1, 9), fixed(SIZE)), 1, "J(0) = 1/10 and a short step"
    ),
    "sign flipped": lambda: counter(
        STATEMENT, steady(1, fixed(SIZE)), 17, "log-linear: the log odds grow by M, not M/2"
    ),
    "drop interior": partial(undefined, STATEMENT),
}
