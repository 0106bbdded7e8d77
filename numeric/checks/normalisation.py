"""F1, with J' and 1 - J' from their definitions and growths as conditional averages."""

from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks import _step
from numeric.checks._dropped import FADING, HALF, Counters
from numeric.checks._instances import Instance, counter, two_arms, without_success
from theory.evaluate import Values
from theory.statements.normalisation import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return _step.defined(_step.moderate(_step.draw(rng, log_odds)))


RISING = Instance(two_arms(Fraction(1, 3)), HALF, Fraction(1, 4), 1)

RISES = partial(counter, STATEMENT, RISING, "J rises from 1/4, 1 - J falls from 3/4")

COUNTERS: Counters = {
    **{twin.name: RISES for twin in STATEMENT.twins},
    "drop normalised": partial(
        counter, STATEMENT, Instance(FADING, HALF), "probability leaks out", "normalised"
    ),
    "drop interior": partial(without_success, STATEMENT),
}
