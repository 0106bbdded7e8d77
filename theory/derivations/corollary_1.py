"""Corollary 1: from the logistic curve to a geometric rate.

On the curve of Theorem 1(b) the failure rate is F0 e^(-M/2)/(J0 + F0 e^(-M/2)). Drop the second
term of the denominator, and put M >= K eta times the least gap.
"""

from __future__ import annotations

import sympy as sp

from theory.derivations._derivation import Derivation, Step
from theory.derivations._from_term import formula, relation
from theory.derivations._letters import ONE, STEP_SIZE, VALUES, ZERO, eta, positive
from theory.derivations._relation import Domain, Range, Relation
from theory.derivations._rules import Algebra, Chain, Increasing, signs
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

DERIVATION = Derivation(
    slug="corollary_1",
    title=STATEMENT.title,
    domain=Domain(
        (
            Range(J0, ZERO, ONE, "success rate at the start"),
            Range(least_gap, ZERO, sp.oo, "least gap"),
            STEP_SIZE,
            Range(K, ZERO, sp.oo, "number of steps"),
            Range(M, least_gap * eta * K, sp.oo, "cumulative gap, eq. (14)"),
            Range(JK, curve, ONE, "success rate after K steps, by theorem_1b"),
        )
    ),
    steps=(
        Step(
            "Theorem 1(b)",
            Relation(FK, "<=", 1 - curve),
            "Above the logistic curve.",
            signs((ONE, JK - curve)),
            begins=True,
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
        Step(
            "exponent",
            Relation(-M / 2, "<=", -least_gap * eta * K / 2),
            "Every step adds at least the least gap times eta.",
            signs((ONE / 2, M - least_gap * eta * K)),
            begins=True,
        ),
        Step(
            "exponentials",
            Relation(decay, "<=", rate),
            "exp is increasing.",
            Increasing(sp.exp, "exponent"),
        ),
        Step(
            "rate",
            Relation(F0 / J0 * decay, "<=", F0 / J0 * rate),
            "Multiply by F(0)/J(0).",
            signs((F0 / J0, "exponentials")),
            begins=True,
        ),
        Step(
            "corollary",
            Relation(FK, "<=", F0 / J0 * rate),
            "Together.",
            Chain(("Theorem 1(b)", "failure rate", "denominator", "rate")),
        ),
    ),
    stated=(("corollary", CLAIM),),
)
