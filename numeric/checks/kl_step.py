"""The relative entropy of the success rates before and after one update."""

from numeric.checks._prelude import *
from theory.statements.kl_step import STATEMENT

draw = updates.draw_measured

EVEN = Instance(FAIR, HALF, QUARTER, 1)
"""J = 1/2 rises to sigmoid(1/2): 0.0309 against L eta^2/2 = 0.0313."""

COUNTERS = counters(
    STATEMENT,
    DROPPED
    | {
        "drop differentiable": Instance(FAIR.misreported(0), HALF, TINY),
        "half the curvature": EVEN,
        "without the failures": EVEN,
        "the other way round": EVEN,
    },
)
