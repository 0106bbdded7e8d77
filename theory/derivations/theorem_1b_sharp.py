"""Theorem 1(b) under the sharp condition, and how much longer its steps are.

The sharp step inequality leaves eta gap - L eta^2/(2(1-J)) of each step. The loss is at most half
of the gain exactly when eta <= (1-J) gap/L. Against (15a) that step is longer by the factor
2(1-J)(L + 8G^2)/L: 18 for G^2 = L and J near 0. It is shorter only where 1-J is below
L/(2(L + 8G^2)), which is 1/18 then: there the bound on the score helps.
"""

from __future__ import annotations

import sympy as sp

from theory.derivations import _growth
from theory.derivations._derivation import Derivation, Step
from theory.derivations._from_term import body, formula, relation
from theory.derivations._letters import ONE, SCORE_BOUND, SMOOTHNESS, F, G, J, L, eta
from theory.derivations._relation import Equivalence, Relation
from theory.derivations._rules import Algebra, Limits, Solve
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
    Step(
        "against (15a)",
        Relation(CONDITION.right, "=", FACTOR * PRINTED.right),
        "The sharp step as a multiple of the step of condition (15a).",
        Algebra(),
        begins=True,
    ),
    Step(
        "against (15a), near J = 0",
        Relation(sp.Limit(FACTOR.subs(G, sp.sqrt(L)), J, 0, "+"), "=", 18 * ONE),
        "For scores as large as the square root of L.",
        Limits(),
        begins=True,
    ),
    Step(
        "where it is longer",
        Equivalence(Relation(ONE, "<", FACTOR), Relation(J, "<", LEVEL)),
        "The sharp step is the longer one up to this success rate.",
        Solve(J, 2 * (L + 8 * G**2) / L),
        begins=True,
    ),
)

DERIVATION = Derivation(
    slug="theorem_1b_sharp",
    title=STATEMENT.title,
    domain=_growth.domain(COST, CONDITION.right, SMOOTHNESS, SCORE_BOUND),
    steps=(*_growth.steps(COST, CONDITION.right), *COMPARISON),
    stated=(("step condition", CONDITION), ("curve", relation(STATEMENT.conclusion, NAMES))),
    results=tuple(step.name for step in COMPARISON),
)
