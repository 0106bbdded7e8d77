"""log J and log(1 - J) in one update."""

from numeric.checks._prelude import *
from theory.statements.log_success_step import STATEMENT

draw = updates.draw_measured

EVEN = Instance(FAIR, HALF, QUARTER, 1)

COUNTERS = counters(
    STATEMENT,
    DROPPED
    | {
        "half the curvature": EVEN,
        "J and 1 - J exchanged": replace(EVEN, line=two_arms(9)),
        "sign flipped": EVEN,
    },
)
