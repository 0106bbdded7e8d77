"""The floor of a fixed step is reached: a success rate that stays at 1 - eta L/(2 gap) for ever.

Two responses on one line, log J = log rho + (L/2) x (eta - x): a hill with its top at eta/2. From
x = 0 the gap points up the hill and a step of eta ends at x = eta, where it points back.
"""

from theory.statements._prelude import *
from theory.statements._collapse import constant_step
from theory.statements._trajectory import NOTATION, POSITIVE, SMOOTH, J, gap

rho = var("rho")

LOW = Hypothesis("low", conj(0 < rho, 4 * rho <= 1), "a floor of at most 1/4")
SHORT = Hypothesis("short", conj(0 < eta, L * eta**2 <= 1), "eta <= 1/sqrt L")
POLICY = conj(
    forall(k, AT_K.normalised()),
    forall(k, AT_K.differentiable()),
    forall(o, eq(AT_K.reward**2, AT_K.reward)),
    constant_step(),
    continues(),
    SMOOTH.formula,
)


def stays(floor: Term) -> Term:
    """The gap is positive at every step, and the success rate is rho and ``floor``."""
    return forall(k, conj(0 < gap(k), eq(J(k), rho), eq(J(k), floor)))


STATEMENT = Statement(
    slug="fixed_step_floor_attained",
    title="A fixed step that leaves the success rate at its floor for ever",
    paper_ref="abstract: with a fixed rate the success rate can stagnate strictly below 100%",
    kind="exists",
    hypotheses=(LOW, POSITIVE, SHORT),
    conclusion=conj(POLICY, stays(1 - eta * L / (2 * gap(k)))),
    notation=NOTATION[:3],
    parameters=(rho, L, eta),
    expected="witnessed",
    twins=(
        Twin("half the loss", conj(POLICY, stays(1 - eta * L / (4 * gap(k))))),
        Twin("twice the loss", conj(POLICY, stays(1 - eta * L / gap(k)))),
        Twin("any step", drop="short"),
    ),
)
