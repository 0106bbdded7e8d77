"""F3, at the response whose remainder is largest."""

from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks import _step
from numeric.checks._dropped import BENT, EMPTY, FAIR, HALF, TINY, Counters
from numeric.checks._instances import Instance, counter
from theory.evaluate import Values
from theory.statements.smoothness_remainder import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return _step.at_worst_response(_step.draw(rng, log_odds))


QUARTER = Fraction(1, 4)
CURVED = Instance(FAIR, HALF, QUARTER, HALF)

BENDING = partial(counter, STATEMENT, CURVED, "log sigmoid(t) on [0, 1/2], score 1/2 at 0")

COUNTERS: Counters = {
    **{twin.name: BENDING for twin in STATEMENT.twins if twin.conclusion is not None},
    "drop differentiable": partial(
        counter,
        STATEMENT,
        Instance(FAIR.misreported(-1), HALF, QUARTER, HALF),
        "the reported score has the wrong sign",
        "differentiable",
    ),
    "drop smooth": partial(
        counter, STATEMENT, Instance(BENT, 1, TINY), "score 0 at 0 and -t on the way", "smooth"
    ),
    "drop forward": partial(
        counter,
        STATEMENT,
        Instance(BENT, -1, TINY, because=EMPTY),
        "a step back, where no L is promised",
        "forward",
    ),
}
