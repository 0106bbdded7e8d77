"""The shares of the gap, with both conditional means averaged over responses."""

from numeric.checks._prelude import *
from theory.statements.alignment_decomposition import STATEMENT

draw = updates.draw_defined

COUNTERS = counters(STATEMENT, balance_instances(STATEMENT))
