"""Jensen's inequality for exp. Both hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks._sums import draw_weighted
from theory.statements.jensen_exp import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """``log_odds`` has no part in this claim."""
    weight, value = draw_weighted(rng)
    return drawn(STATEMENT, over_responses(weight=weight, value=value))


COUNTERS = counters(
    STATEMENT,
    {
        "the other way round": over_responses(weight=(1, 1), value=(0, 1)),
        "a constant too large": over_responses(weight=(1,), value=(0,)),
        "exponent doubled": over_responses(weight=(1,), value=(1,)),
        "drop nonnegative": over_responses(weight=(2, -1), value=(0, 1)),
        "drop massive": over_responses(weight=(0,), value=(0,)),
    },
)
