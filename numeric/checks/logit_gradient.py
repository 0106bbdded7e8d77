"""The expected update of a logit. `nonempty` is not needed: over no token both sides are 0."""

from numeric.checks._prelude import *
from numeric.checks._softmax import Table, draw_tokens
from theory.statements.logit_gradient import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_tokens(rng, log_odds).values(STATEMENT)


EVEN = Table((1, 1), (1, 0), w=(1, 0))
"""The slope is 1/4."""

COUNTERS = counters(
    STATEMENT,
    {
        "the reward for the advantage": EVEN,
        "the probability squared": EVEN,
        "the baseline stays": EVEN,
    },
)
