"""Negative-only updates, rewards 0 and 1."""

import numpy as np

from numeric.checks._dropped import FADING, FAIR, HALF
from numeric.checks._grpo import Counters, LengthInstance, draw_group, group_counter
from numeric.checks._instances import two_arms
from theory.evaluate import Values
from theory.statements.negative_only import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """A random policy, direction and reward."""
    return draw_group(rng, log_odds).numbers()


UNEVEN = LengthInstance(two_arms(3), HALF)
NOTE = "J = 3/4: full update 3/16, clipped 9/64"


COUNTERS: Counters = {
    "as long as the full update": group_counter(STATEMENT, UNEVEN, NOTE),
    "shorter by 1-J": group_counter(STATEMENT, UNEVEN, NOTE),
    "reward minus one is shorter too": group_counter(STATEMENT, UNEVEN, NOTE),
    "drop binary": group_counter(
        STATEMENT,
        LengthInstance(two_arms(3), HALF, reward=(1, HALF)),
        "rewards 1 and 1/2: J = 7/8, and the clipped update is 3/4 of the full one",
        "binary",
    ),
    "drop normalised": group_counter(
        STATEMENT, LengthInstance(FADING, HALF), "the mean score is -1/2", "normalised"
    ),
    "drop differentiable": group_counter(
        STATEMENT,
        LengthInstance(FAIR.misreported(shift=1), HALF),
        "every reported score is 1 too large",
        "differentiable",
    ),
    "drop interior": group_counter(
        STATEMENT,
        LengthInstance(FAIR, HALF, reward=(0, 0)),
        "J = 0: the gap is a mean over no response",
        "interior",
        True,
    ),
}
