"""F2: E[s] = 0, with both conditional means averaged over responses."""

from numeric.checks._prelude import *
from theory.statements.score_mean_zero import STATEMENT

draw = updates.draw_defined

COUNTERS = counters(STATEMENT, balance_instances(STATEMENT))
