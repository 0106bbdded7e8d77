"""Theorem 1(b) under the sharp condition eta <= (1-J) gap/L: same conclusion, no bound on the
score."""

from theory.statements._prelude import *
from theory.statements._trajectory import *

STATEMENT = Statement(
    slug="theorem_1b_sharp",
    title="Convergence under the sharp step size",
    paper_ref="sharpens Theorem 1(b) where 1-J >= L/(2L + 16 G^2)",
    kind="lower",
    hypotheses=(*TRAJECTORY, POSITIVE, ADAPTED_SHARP),
    conclusion=logistic_curve(M(K)) <= J(K),
    notation=NOTATION,
    twins=(
        Twin("three times M", J(0) / (J(0) + F(0) * exp(-M(K) * 3)) <= J(K)),
        Twin("J(0) and 1 - J(0) exchanged", F(0) / (F(0) + J(0) * exp(-(M(K) / 2))) <= J(K)),
        Twin("sign flipped", J(K) <= logistic_curve(M(K))),
        Twin("any step size", drop="adapted"),
    ),
)
