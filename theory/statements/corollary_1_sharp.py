"""Corollary 1 under a longer step: the linear rate for every eta <= gap/(2L + G^2)."""

from theory.statements._prelude import *
from theory.statements._trajectory import BOUNDED, NOTATION, POSITIVE, TRAJECTORY, F, J
from theory.statements.corollary_1 import CONSTANT, FAVOURABLE, UNIFORM, least_gap

SMALL = Hypothesis("small", eta <= least_gap / (2 * L + G**2), "eta <= gap/(2L + G^2)")

STATEMENT = Statement(
    slug="corollary_1_sharp",
    title="Linear convergence with a uniform gap, under the sharp Lemma 1",
    paper_ref="sharpens Corollary 1",
    kind="upper",
    hypotheses=(*TRAJECTORY, BOUNDED, POSITIVE, UNIFORM, FAVOURABLE, CONSTANT, SMALL),
    conclusion=F(K) <= F(0) / J(0) * exp(-(least_gap * eta * K / 2)),
    notation=NOTATION,
    remark="For G^2 = L the step may be six times as long as in print.",
    twins=(
        Twin("three times the rate", F(K) <= F(0) / J(0) * exp(-(3 * least_gap * eta * K))),
        Twin("J(0) and 1 - J(0) exchanged", F(K) <= J(0) / F(0) * exp(-(least_gap * eta * K / 2))),
        Twin("success instead of failure", J(K) <= F(0) / J(0) * exp(-(least_gap * eta * K / 2))),
        Twin("any step size", drop="small"),
    ),
)
