"""Assumption 1 in vectors. Every hypothesis is needed.

With one coordinate and w = 1 the gradient is the score: the instances of ``lemma_1_sharp`` serve.
"""

from numeric.checks._prelude import *
from numeric.core.step import gradient_gap
from theory.statements.step_under_assumption_1 import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """A random step; L and G bound gradient vectors for all theta, the gap is w.(g+ - g-)."""
    step = updates.draw(rng, log_odds)
    constants = step.policy.constants()
    gaps = gradient_gap(step.policy, to_balls(step.theta), step.reward)
    with ball_precision():
        gap = (to_balls(step.w) * (gaps.g_plus - gaps.g_minus)).sum()
    vectors = {"gap": gap, "L": arb(constants.L), "G": arb(constants.G)}
    return {**updates.measured(step), **vectors}


LONG = replace(
    rare_failure(Fraction(1, 8)),
    line=log_linear((Fraction(9, 10), Fraction(1, 20), Fraction(1, 20)), (0, 4, -4)),
    w=4,
)
"""Responses of slope 0, 4, -4 along w = 4, and of slope 0, 1, -1 along a unit direction."""

COUNTERS = counters(
    STATEMENT,
    {name.replace("smooth", "lipschitz"): x for name, x in DROPPED.items()}
    | {
        "half the curvature": rare_failure(HALF),
        "J and 1 - J exchanged": rare_failure(HALF),
        "sign flipped": RISING,
        "drop bounded": rare_failure(HALF, G=0),
        "drop unit": LONG,
    },
)
