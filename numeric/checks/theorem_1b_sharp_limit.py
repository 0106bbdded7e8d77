"""The limit under the sharp step size. `positive_L` is not needed, as in theorem_1b_limit."""

from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks._base import Counter
from numeric.checks._orbits import Counters, dropped_limit, limit_counter
from numeric.checks._raw_trajectory import counter, shrinking, steady
from numeric.checks._trajectory import adapted_sharp, draw_limit
from theory.evaluate import Values
from theory.statements.theorem_1b_sharp_limit import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_limit(rng, log_odds, adapted_sharp)


def negative_tolerance() -> Counter:
    """Steps of a fixed size would not stay adapted for ever; these do."""
    note = "eps = -1 < 1 - J; the log of a negative number is some number, and 0 as good as any"
    return counter(STATEMENT, SLOW(), 1, note, "tolerance", {"eps": -1})


SLOW, EPS = partial(steady, 1, shrinking), Fraction(1, 10)

COUNTERS: Counters = dropped_limit(STATEMENT) | {
    "ten times less than enough": lambda: limit_counter(
        STATEMENT, SLOW, "log-linear: one step, and 1 - J = 0.38", EPS, part=Fraction(1, 10)
    ),
    "sign flipped": lambda: limit_counter(
        STATEMENT, SLOW, "log-linear: the log odds grow by M, so 1 - J < eps^2", EPS
    ),
    "drop tolerance": negative_tolerance,
    "at once": lambda: counter(STATEMENT, SLOW(), 1, "1 - J(1) = 0.38", constants={"eps": EPS}),
}
