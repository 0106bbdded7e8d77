"""The sharp step inequality, over all success rates and step sizes."""

from numeric.checks._prelude import *
from theory.statements.sharp_step import STATEMENT

draw = updates.draw_measured

COUNTERS = counters(
    STATEMENT,
    DROPPED
    | {
        "half the curvature, lower": rare_failure(HALF),
        "half the curvature, upper": rare_success(HALF),
        "J and 1 - J exchanged, lower": rare_failure(HALF),
        "J and 1 - J exchanged, upper": rare_success(HALF),
        "sign flipped": rare_failure(HALF),
    },
)
