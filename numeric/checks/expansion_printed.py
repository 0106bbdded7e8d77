"""Eq. (17) as printed is false, so there is nothing to draw: three arms refute it."""

from numeric.checks.expansion import Counters, counters, three
from theory.statements.expansion_printed import STATEMENT

counter = counters(STATEMENT)

COUNTERS: Counters = {
    "printed": counter(
        three(), "logits t, t, 0: the coefficient is -1/8, printed is Var+ - Var- = -1/4"
    )
}
