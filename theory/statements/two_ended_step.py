"""A step along a fixed direction that is aligned where it starts and where it arrives.

log J bends downwards by at most L and upwards by at most U = L + G^2. A rate of at least m at both
ends leaves a triangle: the rate can fall to m - L x and must be back in time, so log J gains at
least m eta - L U eta^2/(2(L + U)). That is positive for every step below 2 m (1/L + 1/U).
"""

from theory.statements._prelude import *
from theory.statements._common import *

m, rate, rate_next = var("m"), var("rate"), var("rate_next")
U = L + G**2
within = conj(0 <= t, t <= u, u <= eta)
change = absolute(STEP.score(u) - STEP.score(t))


def loss(curvature: Term) -> Term:
    """L U eta^2/(2(L + U)) for the upward curvature U."""
    return L * curvature * eta**2 / (2 * (L + curvature))


SHORT = 2 * m * (L + U)  # L U eta below this is eta < 2 m (1/L + 1/U)

STATEMENT = Statement(
    slug="two_ended_step",
    title="A step that is aligned at both ends",
    paper_ref="not in the paper; sharpens log_success_step for a fixed direction",
    kind="lower",
    hypotheses=(
        DIFFERENTIABLE,
        VERIFIABLE,
        INTERIOR,
        FORWARD,
        Hypothesis("positive_L", 0 < L, "the smoothness constant"),
        Hypothesis(
            "smooth",
            forall(o, forall(t, forall(u, implies(within, change <= L * (u - t))))),
            "Assumption 1(b) between any two points of the segment",
        ),
        Hypothesis(
            "bounded",
            forall(o, absolute(STEP.score(eta)) <= G),
            "Assumption 1(a) where the step arrives",
        ),
        Hypothesis("aligned", conj(m <= rate, m <= rate_next), "E+[s] is at least m at both ends"),
    ),
    conclusion=conj(
        m * eta - loss(U) <= log(J_next) - log(J),
        implies(conj(0 < eta, L * U * eta < SHORT), J < J_next),
    ),
    notation=(
        SUCCESS,
        SUCCESS_NEXT,
        Notation(rate, STEP.mean_correct(STEP.score()), "E+[s] where the step starts"),
        Notation(
            rate_next, STEP.mean_correct(STEP.score(eta), eta), "E+[s] where the step arrives"
        ),
    ),
    twins=(
        Twin("a quarter of the loss", m * eta - loss(U) / 4 <= log(J_next) - log(J)),
        Twin("no loss", m * eta <= log(J_next) - log(J)),
        Twin("four times the step", implies(conj(0 < eta, L * U * eta < 4 * SHORT), J < J_next)),
        Twin("any score", drop="smooth"),
        Twin("aligned nowhere", drop="aligned"),
    ),
)
