"""Hoeffding's lemma. All three hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks._sums import draw_weighted
from theory.statements.hoeffding_lemma import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """G is the largest value, or more; |u| G <= 30. ``log_odds`` has no part in this claim."""
    weight, value = draw_weighted(rng)
    with ball_precision():
        G = largest(abs(value)) * arb(float(rng.choice([1, 1 + rng.exponential()])))
    u = arb(float(rng.choice([-1, 1]) * 10 ** rng.uniform(-6, 1.4)) / float(G))
    return drawn(STATEMENT, over_responses(weight=weight, value=value, G=G, u=u))


def instance(weight: Numbers, value: Numbers) -> Tables:
    return over_responses(weight=weight, value=value, u=1, G=1)


COUNTERS = counters(
    STATEMENT,
    {
        "half the constant": instance((1, 1), (-1, 1)),
        "sign of the mean flipped": instance((1,), (1,)),
        "variance term dropped": instance((1, 1), (-1, 1)),
        "drop nonnegative": instance((2, -3, 2), (-1, 0, 1)),
        "drop massive": instance((0,), (0,)),
        "drop range": instance((1, 1), (-2, 2)),
    },
)
