"""The relative entropy of the success rates before and after one update."""

from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks import _step
from numeric.checks._dropped import FAIR, HALF, TINY, Counters, dropped
from numeric.checks._instances import Instance, counter
from theory.evaluate import Values
from theory.statements.kl_step import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return _step.measured(_step.draw(rng, log_odds))


EVEN = Instance(FAIR, HALF, Fraction(1, 4), 1)
NOTE = "J = 1/2 rises to sigmoid(1/2): 0.0309 against L eta^2/2 = 0.0313"

STILL = Instance(FAIR.misreported(0), HALF, TINY)

COUNTERS: Counters = dropped(STATEMENT) | {
    "drop differentiable": partial(
        counter, STATEMENT, STILL, "the reported score is 0, and J moves", "differentiable"
    ),
    "half the curvature": partial(counter, STATEMENT, EVEN, NOTE),
    "without the failures": partial(counter, STATEMENT, EVEN, NOTE),
    "the other way round": partial(counter, STATEMENT, EVEN, NOTE),
}
