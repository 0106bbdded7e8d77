"""The exact update on free logits. `nonempty` is not needed: over no token V and V' are both 0."""

import numpy as np

from numeric.checks._softmax import Counters, Table, counters, draw_tokens
from theory.evaluate import Values
from theory.statements.tabular_ascent import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """Any tokens with different rewards, and steps up to 1000 long."""
    return draw_tokens(rng, log_odds).numbers()


instance = counters(STATEMENT)
EVEN = Table((1, 1), (1, 0))

COUNTERS: Counters = {
    "the mean reward falls": instance(EVEN, "V = 1/2 rises to 1/(1 + e^(-1/2))"),
    "it rises by a hundredth": instance(Table((1, 1), (1, 0), 0), "no step: V stays 1/2"),
    "drop forward": instance(Table((1, 1), (1, 0), -1), "a step back: V falls", "forward"),
}
