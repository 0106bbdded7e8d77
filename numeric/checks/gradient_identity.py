"""Eq. (10), with both sides summed over responses; the derivative is proved, not measured."""

from numeric.checks._prelude import *
from theory.statements.gradient_identity import STATEMENT

draw = updates.draw_defined

COUNTERS = counters(STATEMENT, balance_instances(STATEMENT))
