"""log J and log(1 - J) in one update."""

from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks import _step
from numeric.checks._dropped import FAIR, HALF, Counters, dropped
from numeric.checks._instances import Instance, counter, two_arms
from theory.evaluate import Values
from theory.statements.log_success_step import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return _step.measured(_step.draw(rng, log_odds))


QUARTER = Fraction(1, 4)
EVEN = Instance(FAIR, HALF, QUARTER, 1)
LIKELY = Instance(two_arms(9), HALF, QUARTER, 1)

COUNTERS: Counters = dropped(STATEMENT) | {
    "half the curvature": partial(counter, STATEMENT, EVEN, "log sigmoid(t) is concave"),
    "J and 1 - J exchanged": partial(counter, STATEMENT, LIKELY, "J = 9/10 has little to gain"),
    "sign flipped": partial(counter, STATEMENT, EVEN, "1 - J falls as J rises"),
}
