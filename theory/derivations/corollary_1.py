"""Corollary 1: from the logistic curve to a geometric rate.

On the curve of Theorem 1(b) the failure rate is F0 e^(-M/2)/(J0 + F0 e^(-M/2)). Drop the second
term of the denominator, and put M >= K eta times the least gap.
"""

from theory.derivations._prelude import *
from theory.statements import theorem_1b
from theory.statements.corollary_1 import STATEMENT

J0, JK, least_gap, K, M = positive("J_0", "J_K", "least_gap", "K", "M")
F0, FK = 1 - J0, 1 - JK
NAMES = {
    **VALUES,
    "least_gap": least_gap,
    "K": K,
    "J(0)": J0,
    "F(0)": F0,
    "F(K)": FK,
    "J(K)": JK,
    "M(K)": M,
}
curve = formula(theorem_1b.STATEMENT.conclusion.args[0], NAMES)
CLAIM = relation(STATEMENT.conclusion, NAMES)
decay, rate = sp.exp(-M / 2), sp.exp(-least_gap * eta * K / 2)

DERIVATION = derive(
    STATEMENT,
    (
        Range(J0, ZERO, ONE, "success rate at the start"),
        Range(least_gap, ZERO, sp.oo, "least gap"),
        STEP_SIZE,
        Range(K, ZERO, sp.oo, "number of steps"),
        Range(M, least_gap * eta * K, sp.oo, "cumulative gap, eq. (14)"),
        Range(JK, curve, ONE, "success rate after K steps, by theorem_1b"),
    ),
    begin(
        "Theorem 1(b)",
        Relation(FK, "<=", 1 - curve),
        "Above the logistic curve.",
        signs((ONE, JK - curve)),
    ),
    Step(
        "failure rate",
        Relation(1 - curve, "=", F0 * decay / (J0 + F0 * decay)),
        "The failure rate on the curve.",
        Algebra(),
    ),
    Step(
        "denominator",
        Relation(F0 * decay / (J0 + F0 * decay), "<=", F0 / J0 * decay),
        "Leave out the second term of the denominator.",
        signs((F0 / J0 * decay, F0 * decay / (J0 + F0 * decay))),
    ),
    begin(
        "exponent",
        Relation(-M / 2, "<=", -least_gap * eta * K / 2),
        "Every step adds at least the least gap times eta.",
        signs((ONE / 2, M - least_gap * eta * K)),
    ),
    Step(
        "exponentials",
        Relation(decay, "<=", rate),
        "exp is increasing.",
        Increasing(sp.exp, "exponent"),
    ),
    begin(
        "rate",
        Relation(F0 / J0 * decay, "<=", F0 / J0 * rate),
        "Multiply by F(0)/J(0).",
        signs((F0 / J0, "exponentials")),
    ),
    Step(
        "corollary",
        Relation(FK, "<=", F0 / J0 * rate),
        "Together.",
        Chain(("Theorem 1(b)", "failure rate", "denominator", "rate")),
    ),
    stated=(("corollary", CLAIM),),
)
