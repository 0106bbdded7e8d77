"""The GRPO gradient (5). `interior` is not needed: at J = 0 or J = 1 rewards of 0 and 1 have no
spread, and sigma > 0 fails."""

from fractions import Fraction

import numpy as np

from numeric.checks._dropped import HALF
from numeric.checks._grpo import Counters, LengthInstance, draw_group, group_counter
from numeric.checks._instances import two_arms, unnormalised
from theory.evaluate import Values
from theory.statements.grpo_gradient import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_group(rng, log_odds).numbers()


UNEVEN = two_arms(Fraction(1, 3))
TWO = group_counter(
    STATEMENT, LengthInstance(UNEVEN, HALF), "J = 1/4, scores 3/4 and -1/4, lengths 1 and 2"
)

COUNTERS: Counters = {
    "variance for deviation": TWO,
    "signs exchanged": TWO,
    "variance J": TWO,
    "drop normalised": group_counter(
        STATEMENT,
        LengthInstance(unnormalised((HALF, Fraction(1, 4)), (1, -1)), HALF),
        "a quarter of the probability is missing: sigma^2 = 3/16, not 1/4",
        "normalised",
    ),
    "drop binary": group_counter(
        STATEMENT,
        LengthInstance(UNEVEN, HALF, reward=(1, HALF)),
        "graded rewards spread less than J(1-J)",
        "binary",
    ),
    "drop lengths": group_counter(
        STATEMENT, LengthInstance(UNEVEN, HALF, length=(1, 0)), "0 tokens", "lengths", True
    ),
    "drop spread": group_counter(
        STATEMENT, LengthInstance(UNEVEN, HALF, sigma=1), "sigma^2 = 1, not 3/16", "spread"
    ),
}
