"""Theorem 3: where condition (18a) and the curve (18b) come from.

Two inequalities bound the loss of one step. Lemma 2: (L T + G^2 T_psi/(1-J)) eta^2. Lemma 1, for a
response of T tokens with the constants L T and G T: (L T + 8 G^2 T^2) eta^2. They share L T; the
smaller of the two others goes into (18a). Then as in theorem_1b: the loss is at most half of the
gain exactly when eta <= gap/(2(L T + G^2 min{T_psi/(1-J), 8 T^2})). The arms cross where
1-J = T_psi/(8 T^2).
"""

from theory.derivations._prelude import *
from theory.derivations import _growth
from theory.derivations._letters import T, T_psi
from theory.statements import lemma_1, lemma_2
from theory.statements._tree_trajectory import ADAPTED
from theory.statements.theorem_3 import STATEMENT

NAMES = _growth.names()
CONDITION = relation(body(ADAPTED.formula), NAMES)  # (18a), the first branch
COST = gain / 2 / CONDITION.right
BY_TOKENS = gain * eta - formula(lemma_2.STATEMENT.conclusion.args[0], NAMES)
BY_RESPONSES = formula(lemma_1.STATEMENT.conclusion.args[1], {**NAMES, "L": L * T, "G": G * T})
ARMS = (T_psi / F, 8 * T**2)

COSTS = (
    begin(
        "loss by tokens",
        Relation(BY_TOKENS, "=", (L * T + G**2 * ARMS[0]) * eta**2),
        "The loss of Lemma 2.",
        Algebra(),
    ),
    begin(
        "loss by responses",
        Relation(BY_RESPONSES, "=", (L * T + G**2 * ARMS[1]) * eta**2),
        "The loss of Lemma 1 when each of T tokens adds to both constants.",
        Algebra(),
    ),
    begin(
        "crossing",
        Equivalence(Relation(ARMS[0], "<=", ARMS[1]), Relation(T_psi, "<=", 8 * T**2 * F)),
        "Lemma 2 gives the smaller loss up to the success rate 1 - T_psi/(8 T squared).",
        Solve(T_psi, 1 / F),
    ),
)

DERIVATION = derive(
    STATEMENT,
    _growth.domain(COST, CONDITION.right, SMOOTHNESS, SCORE_BOUND, LONGEST, PSI_NORM),
    *COSTS,
    *_growth.steps(COST, CONDITION.right),
    stated=(("step condition", CONDITION), ("curve", relation(STATEMENT.conclusion, NAMES))),
    results=tuple(step.name for step in COSTS),
)
