"""Theorem 1(b) under the longer of its two step sizes, update by update."""

from theory.statements._prelude import *
from theory.statements._trajectory import (
    BOUNDED,
    NOTATION,
    POSITIVE,
    TRAJECTORY,
    F,
    J,
    M,
    every_step,
    gap,
    logistic_curve,
)

ADAPTED = every_step(
    "adapted",
    steps(k) <= maximum(F(k) * positive_part(gap(k)) / L, positive_part(gap(k)) / (2 * L + G**2)),
    "eta_k <= (1 - J) [gap]_+ / L or eta_k <= [gap]_+ / (2L + G^2)",
)

STATEMENT = Statement(
    slug="theorem_1b_longer",
    title="Convergence under the longer of two step sizes",
    paper_ref="sharpens Theorem 1(b), at every success rate",
    kind="lower",
    hypotheses=(*TRAJECTORY, BOUNDED, POSITIVE, ADAPTED),
    conclusion=logistic_curve(M(K)) <= J(K),
    notation=NOTATION,
    twins=(
        Twin("three times M", J(0) / (J(0) + F(0) * exp(-M(K) * 3)) <= J(K)),
        Twin("J(0) and 1 - J(0) exchanged", F(0) / (F(0) + J(0) * exp(-(M(K) / 2))) <= J(K)),
        Twin("sign flipped", J(K) <= logistic_curve(M(K))),
        Twin("any step size", drop="adapted"),
    ),
)
