"""The GRPO gradient, split into gap and covariance. Two hypotheses are not needed.

`verifiable` says less than `binary`. `interior` follows from `spread`: at J = 0 or J = 1 rewards of
0 and 1 have no spread.
"""

from fractions import Fraction

import numpy as np

from numeric.checks._dropped import FAIR, HALF
from numeric.checks._grpo import (
    TURNED,
    Counters,
    LengthInstance,
    draw_group,
    group_counter,
)
from numeric.checks._instances import two_arms, unnormalised
from theory.evaluate import Values
from theory.statements.grpo_length_covariance import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_group(rng, log_odds).aligned().numbers()


UNEVEN = two_arms(Fraction(1, 3))
AGAINST = group_counter(
    STATEMENT,
    TURNED,
    "J = 2/3 and gap 1/2, but the short correct response has a negative score",
)

COUNTERS: Counters = {
    "no covariance": AGAINST,
    "J and 1 - J exchanged": AGAINST,
    "always along the gap": AGAINST,
    "drop normalised": group_counter(
        STATEMENT,
        LengthInstance(unnormalised((HALF, Fraction(1, 4)), (1, -1)), HALF),
        "a quarter of the probability is missing: the mean score is not 0",
        "normalised",
    ),
    "drop differentiable": group_counter(
        STATEMENT,
        LengthInstance(FAIR.misreported(shift=1), HALF),
        "every reported score is 1 too large, which 1/|o| weighs unevenly",
        "differentiable",
    ),
    "drop binary": group_counter(
        STATEMENT,
        LengthInstance(UNEVEN, HALF, reward=(1, HALF)),
        "graded rewards spread less than J(1-J)",
        "binary",
    ),
    "drop lengths": group_counter(
        STATEMENT, LengthInstance(UNEVEN, HALF, length=(-1, 1)), "E+[1/|o|] = -1", "lengths"
    ),
    "drop spread": group_counter(
        STATEMENT, LengthInstance(UNEVEN, HALF, sigma=1), "sigma^2 = 1, not 3/16", "spread"
    ),
}
