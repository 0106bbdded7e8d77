"""Linear, monotone, normalised: means with any weights. All three hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks._sums import draw_weighted
from theory.statements.expectation_functional import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """``log_odds`` has no part in this claim."""
    weight, f = draw_weighted(rng)
    with ball_precision():
        g = f + to_balls(rng.exponential(size=len(f)))
    a, b, c = to_balls(rng.normal(size=3))
    return drawn(STATEMENT, over_responses(weight=weight, f=f, g=g, a=a, b=b, c=c))


def instance(weight: Numbers, f: Numbers, g: Numbers) -> Tables:
    return over_responses(weight=weight, f=f, g=g, a=1, b=2, c=3)


COUNTERS = counters(
    STATEMENT,
    {
        "not normalised": instance((1, 1), (0, 0), (0, 0)),
        "order reversed": instance((1, 1), (0, 0), (0, 1)),
        "coefficients exchanged": instance((1, 1), (0, 0), (0, 2)),
        "drop nonnegative": instance((2, -1), (0, 0), (0, 1)),
        "drop massive": instance((0,), (0,), (0,)),
        "drop ordered": instance((1, 1), (1, 1), (0, 0)),
    },
)
