"""The limit of Theorem 1(b) under the sharp condition eta <= (1-J) gap/L."""

from theory.statements._prelude import *
from theory.statements._trajectory import ADAPTED_SHARP, NOTATION, POSITIVE, TRAJECTORY, F, M
from theory.statements.theorem_1b_limit import CONCLUSION, DIVERGES, ENOUGH, TOLERANCE

STATEMENT = Statement(
    slug="theorem_1b_sharp_limit",
    title="The limit under the sharp step size",
    paper_ref="sharpens Theorem 1(b) where 1-J >= L/(2L + 16 G^2)",
    kind="asymptotic",
    hypotheses=(*TRAJECTORY, POSITIVE, ADAPTED_SHARP, DIVERGES, TOLERANCE),
    conclusion=CONCLUSION,
    notation=NOTATION,
    twins=(
        Twin("ten times less than enough", implies(ENOUGH / 10 <= M(K), F(K) <= eps)),
        Twin("sign flipped", implies(ENOUGH <= M(K), eps <= F(K))),
        Twin("at once", F(K) <= eps),
        Twin("a bounded gap", drop="diverges"),
    ),
)
