"""Theorem 1(b) under the sharp condition, and how much longer its steps are.

The sharp step inequality leaves eta gap - L eta^2/(2(1-J)) of each step. The loss is at most half
of the gain exactly when eta <= (1-J) gap/L. Against (15a) that step is longer by the factor
2(1-J)(L + 8G^2)/L: 18 for G^2 = L and J near 0. It is shorter only where 1-J is below
L/(2(L + 8G^2)), which is 1/18 then: there the bound on the score helps.
"""

from theory.derivations._prelude import *
from theory.derivations import _growth
from theory.statements._trajectory import ADAPTED, ADAPTED_SHARP
from theory.statements.sharp_step import STATEMENT as SHARP_STEP
from theory.statements.theorem_1b_sharp import STATEMENT

NAMES = _growth.names()
COST = -formula(SHARP_STEP.conclusion.args[0].args[0], NAMES) / eta**2  # L/(2(1-J))
CONDITION = relation(body(ADAPTED_SHARP.formula), NAMES)
PRINTED = relation(body(ADAPTED.formula), NAMES)  # (15a)
FACTOR = 2 * F * (L + 8 * G**2) / L
LEVEL = 1 - L / (2 * (L + 8 * G**2))

COMPARISON = (
    begin(
        "against (15a)",
        Relation(CONDITION.right, "=", FACTOR * PRINTED.right),
        "The sharp step as a multiple of the step of condition (15a).",
        Algebra(),
    ),
    begin(
        "against (15a), near J = 0",
        Relation(sp.Limit(FACTOR.subs(G, sp.sqrt(L)), J, 0, "+"), "=", 18 * ONE),
        "For scores as large as the square root of L.",
        Limits(),
    ),
    begin(
        "where it is longer",
        Equivalence(Relation(ONE, "<", FACTOR), Relation(J, "<", LEVEL)),
        "The sharp step is the longer one up to this success rate.",
        Solve(J, 2 * (L + 8 * G**2) / L),
    ),
)

DERIVATION = derive(
    STATEMENT,
    _growth.domain(COST, CONDITION.right, SMOOTHNESS, SCORE_BOUND),
    *_growth.steps(COST, CONDITION.right),
    *COMPARISON,
    stated=(("step condition", CONDITION), ("curve", relation(STATEMENT.conclusion, NAMES))),
    results=tuple(step.name for step in COMPARISON),
)
