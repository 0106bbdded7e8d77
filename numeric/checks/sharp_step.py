"""The sharp step inequality, over all success rates and step sizes."""

from functools import partial

import numpy as np

from numeric.checks import _step
from numeric.checks._dropped import HALF, Counters, dropped, rare_failure, rare_success
from numeric.checks._instances import counter
from theory.evaluate import Values
from theory.statements.sharp_step import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return _step.measured(_step.draw(rng, log_odds))


LOWER = partial(
    counter, STATEMENT, rare_failure(HALF), "J = 9/10, gap 0: failures spread and gain mass"
)
UPPER = partial(
    counter, STATEMENT, rare_success(HALF), "J = 1/10, gap 0: successes spread and gain mass"
)

COUNTERS: Counters = dropped(STATEMENT) | {
    "half the curvature, lower": LOWER,
    "half the curvature, upper": UPPER,
    "J and 1 - J exchanged, lower": LOWER,
    "J and 1 - J exchanged, upper": UPPER,
    "sign flipped": LOWER,
}
