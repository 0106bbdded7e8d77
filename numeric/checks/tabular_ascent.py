"""The exact update on free logits. `nonempty` is not needed: over no token V and V' are both 0."""

from numeric.checks._prelude import *
from numeric.checks._softmax import Table, draw_tokens
from theory.statements.tabular_ascent import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Any tokens with different rewards, and steps up to 1000 long."""
    return draw_tokens(rng, log_odds).values(STATEMENT)


COUNTERS = counters(
    STATEMENT,
    {
        "the mean reward falls": Table((1, 1), (1, 0)),
        "it rises by a hundredth": Table((1, 1), (1, 0), 0),
        "drop forward": Table((1, 1), (1, 0), -1),
    },
)
