"""F1, with J' and 1 - J' from their definitions and growths as conditional averages."""

from numeric.checks._prelude import *
from theory.statements.normalisation import STATEMENT

draw = updates.draw_defined

RISES = Instance(two_arms(Fraction(1, 3)), HALF, QUARTER, 1)

COUNTERS = counters(
    STATEMENT,
    {
        **dict.fromkeys((twin.name for twin in STATEMENT.twins), RISES),
        "drop normalised": Instance(FADING, HALF),
        "drop interior": NO_SUCCESS,
    },
)
