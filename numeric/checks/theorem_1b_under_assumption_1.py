"""Theorem 1(b) in vectors. `positive_L` is not needed, as in ``theorem_1b``.

With one coordinate and w = 1 the gradient is the score: the instances of ``theorem_1b`` serve.
"""

from numeric.checks._prelude import *
from numeric.checks import theorem_1b
from numeric.checks._paths import NOWHERE
from theory.statements.theorem_1b_under_assumption_1 import STATEMENT

draw = theorem_1b.draw
"""The runs of theorem_1b: their L and G bound gradient vectors, and every |w| <= 1."""

LONG = replace(theorem_1b.PATHS["drop adapted"], L=Fraction(11, 4000), G=Fraction(1, 20), w=20)
"""Along a unit direction the wave has 1/20 of its slope and 1/400 of its curvature."""
PATHS = {name.replace("smooth", "lipschitz"): x for name, x in theorem_1b.PATHS.items()} | {
    "drop unit": LONG
}

COUNTERS = counters(STATEMENT, PATHS)

WITHOUT = {"positive_L": NOWHERE}
