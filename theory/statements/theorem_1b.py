"""Theorem 1(b): under condition (15a) the success rate is above the logistic curve (15b)."""

from theory.statements._prelude import *
from theory.statements._trajectory import *

STATEMENT = Statement(
    slug="theorem_1b",
    title="Convergence under an adapted step size",
    paper_ref="Theorem 1(b), eqs. (15a), (15b)",
    kind="lower",
    hypotheses=(*TRAJECTORY, BOUNDED, POSITIVE, ADAPTED),
    conclusion=logistic_curve(M(K)) <= J(K),
    notation=NOTATION,
    printed="the same, and eta_k <= 1/(2 sqrt L)",
    remark="The bound on eta_k is not needed. For J(0) = 0 or 1 see theorem_1b_edges.",
    twins=(
        Twin("three times M", J(0) / (J(0) + F(0) * exp(-M(K) * 3)) <= J(K)),
        Twin("J(0) and 1 - J(0) exchanged", F(0) / (F(0) + J(0) * exp(-(M(K) / 2))) <= J(K)),
        Twin("sign flipped", J(K) <= logistic_curve(M(K))),
        Twin("any step size", drop="adapted"),
    ),
)
