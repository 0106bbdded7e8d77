"""The limit of Theorem 1(b). `positive_L` is not needed: if L <= 0, M is 0 and does not diverge."""

from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks._orbits import SIZE, Counters, dropped_limit, limit_counter
from numeric.checks._raw_trajectory import counter, fixed, steady
from numeric.checks._trajectory import adapted, draw_limit
from theory.evaluate import Values
from theory.statements.theorem_1b_limit import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_limit(rng, log_odds, adapted)


SLOW, EPS = partial(steady, 1, fixed(SIZE)), Fraction(1, 100)

COUNTERS: Counters = dropped_limit(STATEMENT) | {
    "ten times less than enough": lambda: limit_counter(
        STATEMENT, SLOW, "log-linear: J = 0.72 when M is 0.94", EPS, part=Fraction(1, 10)
    ),
    "sign flipped": lambda: limit_counter(
        STATEMENT, SLOW, "log-linear: the log odds grow by M, so 1 - J < eps^2", EPS
    ),
    "at once": lambda: counter(STATEMENT, SLOW(), 1, "J(1) is near 1/2", constants={"eps": EPS}),
}
