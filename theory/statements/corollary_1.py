"""Corollary 1: a uniform gap and a fixed small step give a linear rate."""

from theory.statements._prelude import *
from theory.statements._trajectory import BOUNDED, NOTATION, POSITIVE, TRAJECTORY, F, J, gap

least_gap = var("least_gap")

UNIFORM = Hypothesis("uniform", forall(k, least_gap <= gap(k)), "every update has this gap or more")
FAVOURABLE = Hypothesis("favourable", 0 < least_gap, "the least gap is positive")
CONSTANT = Hypothesis("constant", forall(k, eq(steps(k), eta)), "the step size is fixed")
SMALL = Hypothesis(
    "small", eta <= least_gap / (2 * (L + 8 * G**2)), "the step size is adapted to the least gap"
)

STATEMENT = Statement(
    slug="corollary_1",
    title="Linear convergence with a uniform gap",
    paper_ref="Corollary 1",
    kind="upper",
    hypotheses=(*TRAJECTORY, BOUNDED, POSITIVE, UNIFORM, FAVOURABLE, CONSTANT, SMALL),
    conclusion=F(K) <= F(0) / J(0) * exp(-(least_gap * eta * K / 2)),
    notation=NOTATION,
    printed="the same, and eta <= 1/(2 sqrt L)",
    remark="The second bound on eta is not needed.",
    twins=(
        Twin("three times the rate", F(K) <= F(0) / J(0) * exp(-(3 * least_gap * eta * K))),
        Twin("J(0) and 1 - J(0) exchanged", F(K) <= J(0) / F(0) * exp(-(least_gap * eta * K / 2))),
        Twin("success instead of failure", J(K) <= F(0) / J(0) * exp(-(least_gap * eta * K / 2))),
        Twin("any step size", drop="small"),
    ),
)
