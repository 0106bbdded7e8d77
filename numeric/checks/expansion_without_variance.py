"""The second order by the correct responses alone: the instances of `expansion`."""

from numeric.checks._prelude import *
from numeric.checks.expansion import BROKEN, STRAIGHT, draw_quadratic
from theory.statements.expansion_without_variance import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return drawn(STATEMENT, draw_quadratic(rng, log_odds))


COUNTERS = counters(
    STATEMENT,
    {
        "J for 1 - J": STRAIGHT,
        "without the gap": STRAIGHT,
        "sign flipped": STRAIGHT,
        **BROKEN,
    },
)
