"""Theorem 3 under the sharp condition eta <= (1-J) gap/(L E+[len]): no bound on the score, none on
the length."""

from theory.statements._prelude import *
from theory.statements._trajectory import logistic_curve
from theory.statements._tree_trajectory import *

HYPOTHESES = (*TRAJECTORY, NONEMPTY, POSITIVE, ADAPTED_SHARP)

STATEMENT = Statement(
    slug="theorem_3_sharp",
    title="Convergence at the token level under the sharp step size",
    paper_ref="sharpens Theorem 3",
    kind="lower",
    hypotheses=HYPOTHESES,
    conclusion=logistic_curve(M(K)) <= J(K),
    notation=(*NOTATION, LENGTH_PLUS),
    remark="T bounds the depth of the tree and enters no condition; T_psi and G do not occur.",
    twins=(
        Twin("three times M", J(0) / (J(0) + F(0) * exp(-M(K) * 3)) <= J(K)),
        Twin("J(0) and 1 - J(0) exchanged", F(0) / (F(0) + J(0) * exp(-(M(K) / 2))) <= J(K)),
        Twin("sign flipped", J(K) <= logistic_curve(M(K))),
        Twin("any step size", drop="adapted"),
    ),
)
