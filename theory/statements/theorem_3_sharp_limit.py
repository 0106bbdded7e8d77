"""The limit of Theorem 3 under the sharp condition eta <= (1-J) gap/(L E+[len])."""

from theory.statements._prelude import *
from theory.statements import theorem_3_sharp
from theory.statements._tree_trajectory import F, M
from theory.statements.theorem_1b_limit import CONCLUSION, DIVERGES, ENOUGH, TOLERANCE

STATEMENT = Statement(
    slug="theorem_3_sharp_limit",
    title="The limit at the token level under the sharp step size",
    paper_ref="sharpens Theorem 3",
    kind="asymptotic",
    hypotheses=(*theorem_3_sharp.HYPOTHESES, DIVERGES, TOLERANCE),
    conclusion=CONCLUSION,
    notation=theorem_3_sharp.STATEMENT.notation,
    twins=(
        Twin("ten times less than enough", implies(ENOUGH / 10 <= M(K), F(K) <= eps)),
        Twin("sign flipped", implies(ENOUGH <= M(K), eps <= F(K))),
        Twin("at once", F(K) <= eps),
        Twin("a bounded gap", drop="diverges"),
    ),
)
