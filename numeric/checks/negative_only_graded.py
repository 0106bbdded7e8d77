"""Negative-only updates of logits with graded rewards. `nonempty` is not needed: over no token all
sums are 0."""

from numeric.checks._prelude import *
from numeric.checks._softmax import Table, draw_tokens
from theory.statements.negative_only_graded import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_tokens(rng, log_odds).values(STATEMENT)


THREE = Table((1, 1, 2), (1, HALF, 0), w=(1, 0, 0))
"""p = 1/4, 1/4, 1/2: V = 3/8, and the shortfall is 3/16."""

COUNTERS = counters(
    STATEMENT,
    {
        "no shortfall": THREE,
        "the same as the full update": THREE,
        "reward minus one is clipped": THREE,
    },
)
