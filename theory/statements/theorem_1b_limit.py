"""Theorem 1(b), the limit: if the cumulative gap diverges, the success rate tends to one.

"M diverges" is a function N with M(K) >= B for all K >= N(B); "J tends to 1" is then explicit:
1 - J(K) <= eps as soon as M(K) >= 2 log((1-J(0)) / (J(0) eps)), so for all K >= N of that number.
"""

from theory.statements._prelude import *
from theory.statements._trajectory import ADAPTED, BOUNDED, NOTATION, POSITIVE, TRAJECTORY, F, J, M

N, B = Symbol("N", (REAL,)), var("B")

DIVERGES = Hypothesis(
    "diverges",
    forall(B, forall(K, implies(N(B) <= K, B <= M(K)))),
    "M(K) >= B for all K >= N(B): the cumulative gap tends to infinity",
)
TOLERANCE = Hypothesis("tolerance", 0 < eps, "the distance to 1 that is asked for")
ENOUGH = 2 * log(F(0) / (J(0) * eps))
CONCLUSION = conj(implies(ENOUGH <= M(K), F(K) <= eps), implies(N(ENOUGH) <= K, F(K) <= eps))

STATEMENT = Statement(
    slug="theorem_1b_limit",
    title="A diverging cumulative gap brings the success rate to one",
    paper_ref="Theorem 1(b), last sentence",
    kind="asymptotic",
    hypotheses=(*TRAJECTORY, BOUNDED, POSITIVE, ADAPTED, DIVERGES, TOLERANCE),
    conclusion=CONCLUSION,
    notation=NOTATION,
    twins=(
        Twin("ten times less than enough", implies(ENOUGH / 10 <= M(K), F(K) <= eps)),
        Twin("sign flipped", implies(ENOUGH <= M(K), eps <= F(K))),
        Twin("at once", F(K) <= eps),
        Twin("a bounded gap", drop="diverges"),
    ),
)
