"""Theorem 1(a) as printed is false, so there is nothing to draw: one instance refutes it."""

from fractions import Fraction

from numeric.checks._orbits import Counters
from numeric.checks._raw_trajectory import counter, fixed, steady
from theory.statements.theorem_1a_printed import STATEMENT

COUNTERS: Counters = {
    "printed": lambda: counter(
        STATEMENT,
        steady(1, fixed(Fraction(1, 20), 1)),
        1,
        "J(0) = 1/2 and one step up; with C0 = C0' = 1 the printed ceiling is 1/(1 + e^2)",
        constants={"C0": 1, "C1": 1},
        why={
            "short": "4 L eta^2 = 1/400",
            "constants": "C0 = C0' = 1",
            "weak": "M(K) <= 1/20 < C0",
            "summable": "the squares sum to 1/400, less than 1/(33/4)",
        },
    )
}
