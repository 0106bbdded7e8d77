"""The worst case of one update is reached: two responses, and the correct one bends downwards by L
all the way."""

from theory.statements._prelude import *
from theory.statements._collapse import J0, POSITIVE_L, gap
from theory.statements._common import curvature

RARE = Hypothesis("rare", conj(0 < J0, 8 * J0 <= 1), "a success rate of at most 1/8")
FLAT = Hypothesis("flat", conj(0 <= gap, 2 * gap**2 <= L), "0 <= gap <= sqrt(L/2)")
SHORT = Hypothesis("short", conj(0 < eta, 2 * L * eta**2 <= 1), "eta <= 1/sqrt(2L)")
SCORES = Hypothesis("scores", gap <= G, "the bound on the scores is at least the gap")

POLICY = conj(
    STEP.normalised(),
    STEP.differentiable(),
    STEP.smooth(),
    STEP.bounded(),
    forall(o, eq(STEP.reward**2, STEP.reward)),
    eq(STEP.success(), J0),
    eq(STEP.alignment(), gap),
)


def reaches(loss: Term) -> Term:
    return eq(STEP.success(eta), J0 * exp(eta * (1 - J0) * gap - loss))


STATEMENT = Statement(
    slug="worst_case_attained",
    title="The worst case of one update is reached",
    paper_ref="not in the paper: how sharp a step inequality can be",
    kind="exists",
    hypotheses=(RARE, FLAT, POSITIVE_L, SHORT, SCORES),
    conclusion=conj(POLICY, reaches(curvature())),
    parameters=(J0, gap, L, G, eta),
    expected="witnessed",
    remark="The first branch of worst_case; best_case_attained is the last. Those with a chord"
    " are reached by policies that balls certify (gradgap worst-case): on the whole line"
    " no formula of exp and log does.",
    twins=(
        Twin("half the loss", conj(POLICY, reaches(curvature() / 2))),
        Twin("twice the loss", conj(POLICY, reaches(curvature() * 2))),
        Twin("any step", drop="short"),
        Twin("any success rate", drop="rare"),
    ),
)
