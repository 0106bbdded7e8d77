"""Theorem 3: under condition (18a) the success rate is above the logistic curve (18b)."""

from theory.statements._prelude import *
from theory.statements._trajectory import logistic_curve
from theory.statements._tree_trajectory import NOTATION, SHORT, F, J, M
from theory.statements.theorem_3_first_branch import HYPOTHESES as FIRST_BRANCH

HYPOTHESES = (*FIRST_BRANCH, SHORT)

STATEMENT = Statement(
    slug="theorem_3",
    title="Convergence at the token level",
    paper_ref="Theorem 3, eqs. (18a), (18b)",
    kind="lower",
    hypotheses=HYPOTHESES,
    conclusion=logistic_curve(M(K)) <= J(K),
    notation=NOTATION,
    remark="The second branch of (18a) is not needed: theorem_3_first_branch. For J(0) = 1 see "
    "theorem_1b_edges.",
    twins=(
        Twin("three times M", J(0) / (J(0) + F(0) * exp(-M(K) * 3)) <= J(K)),
        Twin("J(0) and 1 - J(0) exchanged", F(0) / (F(0) + J(0) * exp(-(M(K) / 2))) <= J(K)),
        Twin("sign flipped", J(K) <= logistic_curve(M(K))),
        Twin("any step size", drop="adapted"),
    ),
)
