"""Theorem 3 without the second branch of (18a): the first branch already keeps steps short enough.

For J <= 1/2 the sharp step inequality is enough. For J > 1/2 the gap is small, because J(1-J) gap^2
<= E[S^2] <= G^2 T_psi (token_variance), and the first branch gives eta <= 1/(2 G sqrt T_psi), which
is what Lemma 2 asks for.
"""

from theory.statements._prelude import *
from theory.statements._trajectory import logistic_curve
from theory.statements._tree_trajectory import *

HYPOTHESES = (*TRAJECTORY, BOUNDED, LIGHT, NONEMPTY, POSITIVE, ADAPTED)

STATEMENT = Statement(
    slug="theorem_3_first_branch",
    title="Convergence at the token level under the first branch of (18a) alone",
    paper_ref="sharpens Theorem 3",
    kind="lower",
    hypotheses=HYPOTHESES,
    conclusion=logistic_curve(M(K)) <= J(K),
    notation=NOTATION,
    twins=(
        Twin("three times M", J(0) / (J(0) + F(0) * exp(-M(K) * 3)) <= J(K)),
        Twin("J(0) and 1 - J(0) exchanged", F(0) / (F(0) + J(0) * exp(-(M(K) / 2))) <= J(K)),
        Twin("sign flipped", J(K) <= logistic_curve(M(K))),
        Twin("any step size", drop="adapted"),
    ),
)
