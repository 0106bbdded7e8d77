"""Theorem 1(a) as printed is false, so there is nothing to draw: one instance refutes it."""

from numeric.checks._prelude import *
from numeric.checks._paths import fixed, steady
from theory.statements.theorem_1a_printed import STATEMENT

PRINTED = steady(1, fixed(Fraction(1, 20), 1)).at(1, C0=1, C1=1)
"""J(0) = 1/2 and one step up; with C0 = C0' = 1 the printed ceiling is 1/(1 + e^2)."""

COUNTERS = counters(STATEMENT, {"printed": PRINTED})
