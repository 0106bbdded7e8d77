"""The GRPO gradient, split into gap and covariance. Two hypotheses are not needed.

`verifiable` says less than `binary`. `interior` follows from `spread`: at J = 0 or J = 1 rewards of
0 and 1 have no spread.
"""

from numeric.checks._prelude import *
from numeric.checks._grpo import TURNED, draw_group
from theory.statements.grpo_length_covariance import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return drawn(STATEMENT, draw_group(rng, log_odds).aligned())


TWO = Instance(two_arms(Fraction(1, 3)), length=(1, 2))

COUNTERS = counters(
    STATEMENT,
    {
        "no covariance": TURNED,
        "J and 1 - J exchanged": TURNED,
        "always along the gap": TURNED,
        "drop normalised": replace(TWO, line=unnormalised((HALF, QUARTER), (1, -1))),
        # every reported score is 1 too large, which 1/|o| weighs unevenly
        "drop differentiable": replace(TWO, line=FAIR.misreported(shift=1)),
        "drop binary": replace(TWO, reward=(1, HALF)),
        "drop lengths": replace(TWO, length=(-1, 1)),
        "drop spread": replace(TWO, sigma=1),
    },
)
