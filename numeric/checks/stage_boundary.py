"""The mean reward against that of one token. `nonempty` is not needed: the token is there."""

from numeric.checks._prelude import *
from numeric.checks._softmax import Table, draw_tokens
from theory.statements.stage_boundary import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_tokens(rng, log_odds).values(STATEMENT)


THREE = Table((1, 2, 1), (1, HALF, 0))
"""V = 1/2 = r(good): gains and losses are 1/8 each."""

COUNTERS = counters(
    STATEMENT,
    {
        "losses do not count": THREE,
        "gains count twice": THREE,
        "without the probabilities": Table((1, 1), (1, 0)),
    },
)
