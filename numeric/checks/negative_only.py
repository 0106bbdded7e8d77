"""Negative-only updates, rewards 0 and 1."""

from numeric.checks._prelude import *
from numeric.checks._grpo import draw_group
from theory.statements.negative_only import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """A random policy, direction and reward."""
    return drawn(STATEMENT, draw_group(rng, log_odds))


UNEVEN = Instance(two_arms(3))
"""J = 3/4: full update 3/16, clipped 9/64."""

COUNTERS = counters(
    STATEMENT,
    {
        "as long as the full update": UNEVEN,
        "shorter by 1-J": UNEVEN,
        "reward minus one is shorter too": UNEVEN,
        "drop binary": replace(UNEVEN, reward=(1, HALF)),
        "drop normalised": Instance(FADING),
        "drop differentiable": Instance(FAIR.misreported(shift=1)),
        "drop interior": NO_SUCCESS,
    },
)
