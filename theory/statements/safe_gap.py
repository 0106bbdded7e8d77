"""The least gap at which every step up to eta is safe, for every J: eta_safe, exactly.

A step is safe if L eta < 2(1-J) gap, or if the incorrect responses lose mass at worst: the chord
e^(L eta^2/2) (cosh(eta G) - (J gap/G) sinh(eta G)) is below 1.
"""

from theory.statements._prelude import *
from theory.statements._common import *
from theory.statements.eta_safe import POSITIVE
from theory.statements.worst_case import POSITIVE_G

up, down = exp(eta * G), exp(-(eta * G))
BY_SUCCESS = L * eta / (2 * F)
BY_FAILURE = G * (up + down - 2 * exp(-curvature())) / (J * (up - down))
J_at = Symbol("J_at", (REAL,))
STARTED = Hypothesis("started", 0 < eta, "a step of length 0 changes nothing")
ABOVE = Hypothesis("above", minimum(BY_SUCCESS, BY_FAILURE) < gap, "the gap is above the least")


def all_steps(formula: Term) -> Term:
    """For every step u up to eta."""
    return forall(u, implies(conj(0 < u, u <= eta), formula))


STATEMENT = Statement(
    slug="safe_gap",
    title="The least gap at which a step is safe",
    paper_ref="sharpens condition (15a)",
    kind="lower",
    hypotheses=(*STEP_HYPOTHESES[:-1], BOUNDED, POSITIVE, POSITIVE_G, STARTED, ABOVE),
    conclusion=all_steps(J < J_at(u)),
    notation=(
        SUCCESS,
        FAILURE,
        GAP,
        Notation(J_at, STEP.success(u), "success rate after a step of u", (u,)),
    ),
    remark="gradgap threshold solves it for eta. The first branch is reached for J <= 1/4"
    " (fixed_step_floor_attained).",
    twins=(
        Twin("the success rate falls", all_steps(J_at(u) < J)),
        Twin("it doubles", all_steps(2 * J < J_at(u))),
        Twin("any gap", drop="above"),
        Twin("any score", drop="smooth"),
    ),
)
