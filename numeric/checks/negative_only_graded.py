"""Negative-only updates of logits with graded rewards. `nonempty` is not needed: over no token all
sums are 0."""

import numpy as np

from numeric.checks._softmax import HALF, Counters, Table, counters, draw_tokens
from theory.evaluate import Values
from theory.statements.negative_only_graded import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_tokens(rng, log_odds).numbers()


instance = counters(STATEMENT)
THREE = Table((1, 1, 2), (1, HALF, 0), w=(1, 0, 0))
"""p = 1/4, 1/4, 1/2: V = 3/8, and the shortfall is 3/16."""

COUNTERS: Counters = {
    "no shortfall": instance(THREE, "the first token gains 3/64, not 0"),
    "the same as the full update": instance(THREE, "the first token gains 3/64, not 5/32"),
    "reward minus one is clipped": instance(THREE, "the first token gains 5/32, not 0"),
}
