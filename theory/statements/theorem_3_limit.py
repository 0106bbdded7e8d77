"""Theorem 3, the limit: if the cumulative gap diverges, the success rate tends to one."""

from theory.statements._prelude import *
from theory.statements import theorem_3_first_branch
from theory.statements._tree_trajectory import NOTATION, F, M
from theory.statements.theorem_1b_limit import CONCLUSION, DIVERGES, ENOUGH, TOLERANCE

STATEMENT = Statement(
    slug="theorem_3_limit",
    title="A diverging cumulative gap brings the success rate to one, at the token level",
    paper_ref="Theorem 3 and the remark after Theorem 1(b)",
    kind="asymptotic",
    hypotheses=(*theorem_3_first_branch.HYPOTHESES, DIVERGES, TOLERANCE),
    conclusion=CONCLUSION,
    notation=NOTATION,
    twins=(
        Twin("ten times less than enough", implies(ENOUGH / 10 <= M(K), F(K) <= eps)),
        Twin("sign flipped", implies(ENOUGH <= M(K), eps <= F(K))),
        Twin("at once", F(K) <= eps),
        Twin("a bounded gap", drop="diverges"),
    ),
)
