"""The mean reward against that of one token. `nonempty` is not needed: the token is there."""

import numpy as np

from numeric.checks._softmax import HALF, Counters, Table, counters, draw_tokens
from theory.evaluate import Values
from theory.statements.stage_boundary import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_tokens(rng, log_odds).numbers()


instance = counters(STATEMENT)
THREE = Table((1, 2, 1), (1, HALF, 0))

COUNTERS: Counters = {
    "losses do not count": instance(THREE, "V = 1/2 = r(good): gains and losses are 1/8 each"),
    "gains count twice": instance(THREE, "gains and losses are 1/8 each"),
    "without the probabilities": instance(Table((1, 1), (1, 0)), "1/2, and the plain sum is 1"),
}
