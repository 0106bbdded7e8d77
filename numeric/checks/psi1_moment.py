"""Moments from a psi_1 norm. All four hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks._sums import SHORTEST, at_least, draw_probabilities, radius
from theory.statements.psi1_moment import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """X of any sign, shares over six decades. ``log_odds`` has no part in this claim."""
    weight, X = draw_probabilities(rng)
    share = float(rng.choice([1.0, rng.uniform(), 10 ** rng.uniform(-6, 0)]))
    a = arb(at_least(rng, radius(weight, X)))
    return drawn(STATEMENT, over_responses(weight=weight, X=X, a=a, share=arb(share)))


def instance(
    weight: Numbers = (1,), X: Numbers = (1,), a: Number = SHORTEST, share: Number = 1
) -> Tables:
    """X = 1 and a little more than 1/log 2: E[exp(X/a)] = 1.95."""
    return over_responses(weight=weight, X=X, a=a, share=share)


COUNTERS = counters(
    STATEMENT,
    {
        "half the mean": instance(),
        "square root": instance(),
        "no growth": instance(),
        "drop nonnegative": instance(weight=(-6, 10, -3), X=(0, 1, 2), a=1),
        "drop normalised": instance(weight=(2,), X=(0,), share=HALF),
        "drop in_ball": instance(a=1),
        "drop share": instance(weight=(HALF, HALF), X=(0, 1), a=1, share=2),
    },
)
