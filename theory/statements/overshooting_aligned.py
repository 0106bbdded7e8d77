"""Any step longer than 2 gap/L can collapse: every update climbs a parabola and walks down its far
side.

log odds f(t) = f(0) + gap t - L t^2/2 along each update. Each starts at the slope gap, and ends
L eta^2/2 - gap eta lower.
"""

from theory.statements._prelude import *
from theory.statements._collapse import (
    BINARY,
    J0,
    POSITIVE_GAP,
    POSITIVE_L,
    START,
    constant_step,
    gap,
    with_alignment,
)
from theory.statements._trajectory import SUCCESS

LATE = Hypothesis("late", 2 * gap < eta * L, "eta > 2 gap/L")
TURNED = Hypothesis("turned", (eta * L - gap) ** 2 <= L, "eta <= (gap + sqrt L)/L")
POLICY = conj(
    forall(k, AT_K.normalised()),
    forall(k, AT_K.differentiable()),
    BINARY,
    constant_step(),
    continues(),
    eq(line_at(0).success(), J0),
)


def regular(constant: Term = L) -> Term:
    """Assumption 1 on every update, with G = sqrt L."""
    bounded = implies(conj(0 <= t, t <= eta), AT_K.score(t) ** 2 <= L)
    change = absolute(AT_K.score(u) - AT_K.score(t)) <= constant * (u - t)
    steady = implies(conj(0 <= t, t <= u, u <= eta), change)
    return forall(k, forall(o, forall(t, conj(bounded, forall(u, steady)))))


STATEMENT = Statement(
    slug="overshooting_aligned",
    title="Every step longer than 2 gap/L can make the success rate fall to zero",
    paper_ref="sharpens Theorem 2",
    kind="exists",
    hypotheses=(START, POSITIVE_GAP, POSITIVE_L, LATE, TURNED),
    conclusion=conj(POLICY, regular(), with_alignment(gap)),
    notation=(SUCCESS,),
    parameters=(J0, gap, L, eta),
    expected="witnessed",
    twins=(
        Twin("twice the gap", conj(POLICY, regular(), with_alignment(2 * gap))),
        Twin("half the smoothness", conj(POLICY, regular(L / 2), with_alignment(gap))),
        Twin("any step", drop="late"),
        Twin("large gap", drop="turned"),
    ),
    remark="The updates fit together, but are not steps on one landscape: overshooting_sharp.",
)
