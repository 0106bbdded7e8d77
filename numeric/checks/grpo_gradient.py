"""The GRPO gradient (5). `interior` is not needed: at J = 0 or J = 1 rewards of 0 and 1 have no
spread, and sigma > 0 fails."""

from numeric.checks._prelude import *
from numeric.checks._grpo import draw_group
from theory.statements.grpo_gradient import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return drawn(STATEMENT, draw_group(rng, log_odds))


TWO = Instance(two_arms(Fraction(1, 3)), length=(1, 2))
"""J = 1/4, scores 3/4 and -1/4."""

COUNTERS = counters(
    STATEMENT,
    {
        "variance for deviation": TWO,
        "signs exchanged": TWO,
        "variance J": TWO,
        "drop normalised": replace(TWO, line=unnormalised((HALF, QUARTER), (1, -1))),
        "drop binary": replace(TWO, reward=(1, HALF)),
        "drop lengths": replace(TWO, length=(1, 0)),
        "drop spread": replace(TWO, sigma=1),
    },
)
