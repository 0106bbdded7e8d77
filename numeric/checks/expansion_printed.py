"""Eq. (17) as printed is false, so there is nothing to draw: three arms refute it."""

from numeric.checks._prelude import *
from numeric.checks.expansion import three
from theory.statements.expansion_printed import STATEMENT

# logits t, t, 0: the coefficient is -1/8, printed is Var+ - Var- = -1/4
COUNTERS = counters(STATEMENT, {"printed": three()})
