"""Theorem 1(b): where condition (15a) and the logistic curve (15b) come from.

Lemma 1 leaves eta gap - (L + 8G^2) eta^2 of each step. The loss is at most half of the gain exactly
when eta <= gap/(2(L + 8G^2)): that is (15a). The rest is induction on the steps, and log odds
turned into a success rate.
"""

from theory.derivations._prelude import *
from theory.derivations import _growth
from theory.statements import lemma_1
from theory.statements._trajectory import ADAPTED
from theory.statements.theorem_1b import STATEMENT

NAMES = _growth.names()
COST = formula(lemma_1.STATEMENT.conclusion.args[1], NAMES) / eta**2  # L + 8 G^2
CONDITION = relation(body(ADAPTED.formula), NAMES)  # (15a)

DERIVATION = derive(
    STATEMENT,
    _growth.domain(COST, CONDITION.right, SMOOTHNESS, SCORE_BOUND),
    *_growth.steps(COST, CONDITION.right),
    stated=(("step condition", CONDITION), ("curve", relation(STATEMENT.conclusion, NAMES))),
)
