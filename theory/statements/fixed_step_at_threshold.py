"""At 2 gap/L itself a fixed step can bring the success rate to 0: the floor of fixed_step_floor, 0,
is reached in the limit.

Two responses; every update goes over a hill in log J and ends a little lower on the other side.
"""

from theory.statements._prelude import *
from theory.statements._collapse import J0, falls, vanishes
from theory.statements._trajectory import NOTATION, POSITIVE, J, gap
from theory.statements.fixed_step_floor_attained import POLICY, SHORT

RARE = Hypothesis("rare", conj(0 < J0, 8 * J0 <= 1), "a success rate of at most 1/8 to start from")


def exactly(least: Term, lost: Term) -> Term:
    """The gap at every step, and the success rate, which falls to 0."""
    rate = J0 / (1 + lost * J0 * k)
    return conj(forall(k, conj(0 < gap(k), eq(gap(k), least), eq(J(k), rate))), falls(), vanishes())


STATEMENT = Statement(
    slug="fixed_step_at_threshold",
    title="At 2 gap/L itself a fixed step can bring the success rate to 0",
    paper_ref="abstract: a sharp step-size threshold",
    kind="exists",
    hypotheses=(RARE, POSITIVE, SHORT),
    conclusion=conj(POLICY, exactly(eta * L / 2, L * eta**2 / 2)),
    notation=NOTATION[:3],
    parameters=(J0, L, eta),
    expected="witnessed",
    remark="eta = 2 gap/L at every step. Above it overshooting_aligned, below it fixed_step_floor.",
    twins=(
        Twin("twice the gap", conj(POLICY, exactly(eta * L, L * eta**2 / 2))),
        Twin("twice as fast", conj(POLICY, exactly(eta * L / 2, L * eta**2))),
        Twin("any step", drop="short"),
        Twin("any start", drop="rare"),
    ),
)
