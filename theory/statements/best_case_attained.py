"""The best case of one update is reached: two responses, and the incorrect one bends downwards by L
all the way."""

from theory.statements._prelude import *
from theory.statements._collapse import POSITIVE_L, gap
from theory.statements._common import curvature

F0 = var("F0")  # the failure rate before the update

RARE = Hypothesis("rare", conj(0 < F0, 8 * F0 <= 1), "a failure rate of at most 1/8")
FORWARD = Hypothesis("forward", conj(0 <= gap, 0 < eta), "0 <= gap, and any step that is")
SHORT = Hypothesis("short", 2 * (gap + L * eta) ** 2 <= L, "gap + L eta <= sqrt(L/2)")
SCORES = Hypothesis("scores", gap <= G, "the bound on the scores is at least the gap")

POLICY = conj(
    STEP.normalised(),
    STEP.differentiable(),
    STEP.smooth(),
    STEP.bounded(),
    forall(o, eq(STEP.reward**2, STEP.reward)),
    eq(STEP.success(), 1 - F0),
    eq(STEP.alignment(), gap),
)


def reaches(loss: Term, mean: Term = (1 - F0) * gap) -> Term:
    return eq(STEP.success(eta), 1 - F0 * exp(-(eta * mean) - loss))


STATEMENT = Statement(
    slug="best_case_attained",
    title="The best case of one update is reached",
    paper_ref="not in the paper: how sharp a step inequality can be",
    kind="exists",
    hypotheses=(RARE, FORWARD, POSITIVE_L, SHORT, SCORES),
    conclusion=conj(POLICY, reaches(curvature())),
    parameters=(F0, gap, L, G, eta),
    expected="witnessed",
    remark="The second branch of the upper end of worst_case, as worst_case_attained is the first"
    " of the lower one.",
    twins=(
        Twin("half the gain", conj(POLICY, reaches(curvature() / 2))),
        Twin("twice the gain", conj(POLICY, reaches(curvature() * 2))),
        Twin("the whole gap", conj(POLICY, reaches(curvature(), gap))),
        Twin("any step", drop="short"),
        Twin("any success rate", drop="rare"),
    ),
)
