"""Theorem 1(a), corrected: where the minus sign in the exponent comes from.

Summing the upper half of (16), f(K) <= f(0) + C0 + C1. So the odds of failure are at least
e^(-f(0) - C0 - C1), and J(K) <= J0/(J0 + e^(-(C0 + C1)) (1-J0)). With the printed sign the right
side lies below J0 itself as soon as C0 + C1 > 0: at k = 0 it would say J0 < J0.
"""

from theory.derivations._prelude import *
from theory.statements.theorem_1a import STATEMENT
from theory.statements.theorem_1a_printed import PRINTED

J0, JK, C0, C1 = positive("J_0", "J_K", "C0", "C1")
f0, fK = sp.symbols("f_0 f_K", real=True)
F0, C = 1 - J0, C0 + C1
NAMES = {**VALUES, "J(0)": J0, "F(0)": F0, "J(K)": JK, "C0": C0, "C1": C1}
BELOW, STRICT = (relation(part, NAMES) for part in STATEMENT.conclusion.args)
CEILING, printed = BELOW.right, formula(PRINTED, NAMES)
least, most = sp.exp(-f0 - C), sp.exp(-fK)

DERIVATION = derive(
    STATEMENT,
    (
        Range(J0, ZERO, ONE, "success rate at the start"),
        Range(C0, ZERO, sp.oo, "bound on the cumulative gap"),
        Range(C1, ZERO, sp.oo, "bound on the sum of the losses"),
        Let(f0, sp.log(J0) - sp.log(F0), "log odds at the start"),
        Range(fK, -sp.oo, f0 + C, "log odds after K steps: (16) summed"),
        Let(JK, 1 / (1 + sp.exp(-fK)), "success rate after K steps"),
    ),
    begin(
        "sum",
        Relation(-f0 - C, "<=", -fK),
        "The upper half of (16), summed over the steps.",
        signs((ONE, f0 + C - fK)),
    ),
    Step(
        "odds of failure",
        Relation(least, "<=", most),
        "exp is increasing; the sign of C0 + C1 is negative here.",
        Increasing(sp.exp, "sum"),
    ),
    begin(
        "ceiling",
        Relation(JK, "<=", 1 / (1 + least)),
        "A rate is 1/(1 + odds of failure).",
        signs((1 / (1 + least) / (1 + most), "odds of failure")),
    ),
    Step(
        "written out",
        Relation(1 / (1 + least), "=", CEILING),
        "In terms of the success rate at the start.",
        Algebra(),
    ),
    Step("stagnation", Relation(JK, "<=", CEILING), "Together.", Chain(("ceiling", "written out"))),
    begin(
        "below 1",
        Relation(CEILING, "<", ONE),
        "The second term of the denominator is positive.",
        signs((ONE / (J0 + F0 * sp.exp(-C)), F0 * sp.exp(-C))),
    ),
    begin(
        "printed sign",
        Relation(printed, "<", J0),
        "With the printed sign the bound is below the rate at the start.",
        signs((J0 * F0 / (J0 + F0 * sp.exp(C)), C), (J0 * F0 / (J0 + F0 * sp.exp(C)), tangent(C))),
    ),
    stated=(("stagnation", BELOW), ("below 1", STRICT)),
    results=("printed sign",),
)
