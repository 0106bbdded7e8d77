"""The expected update of a logit. `nonempty` is not needed: over no token both sides are 0."""

import numpy as np

from numeric.checks._softmax import Counters, Table, counters, draw_tokens
from theory.evaluate import Values
from theory.statements.logit_gradient import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_tokens(rng, log_odds).numbers()


instance = counters(STATEMENT)
EVEN = Table((1, 1), (1, 0), w=(1, 0))

COUNTERS: Counters = {
    "the reward for the advantage": instance(EVEN, "1/2, and the slope is 1/4"),
    "the probability squared": instance(EVEN, "1/8, and the slope is 1/4"),
    "the baseline stays": instance(EVEN, "baseline 1: 0, and the slope is 1/4"),
}
