"""Every response has a curvature of its own: the one that limits a safe step is the mean over the
correct responses.

B(o) is the Lipschitz constant of the score of response o along the update. `sharp_step` is the case
B(o) = L, `token_sharp_step` the case B(o) = L |o|.
"""

from theory.statements._prelude import *
from theory.statements._common import *

B = Symbol("B", (RESPONSE,))
curvature_plus, curvature_minus = var("curvature_plus"), var("curvature_minus")

SMOOTH = Hypothesis(
    "smooth", STEP.smooth(B(o)), "the score of each response o is B(o)-Lipschitz along the update"
)


def loss(mean: Term, rate: Term) -> Term:
    """mean eta^2 / (2 rate)."""
    return mean * eta**2 / (2 * rate)


def least(share: Term, cost: Term) -> Term:
    """eta (1-J) gap - cost <= log J' - log J, for ``share`` = 1-J."""
    return eta * share * gap - cost <= log(J_next) - log(J)


def rises(step: Term, mean: Term) -> Term:
    """J < J' where 0 < eta and eta * mean < step."""
    return implies(conj(0 < eta, eta * mean < step), J < J_next)


STATEMENT = Statement(
    slug="mean_curvature_step",
    title="The step inequality with the mean curvature of the correct responses",
    paper_ref="not in the paper; sharpens log_success_step",
    kind="lower",
    hypotheses=(NORMALISED, DIFFERENTIABLE, SMOOTH, VERIFIABLE, INTERIOR, FORWARD),
    conclusion=conj(
        least(F, curvature(curvature_plus)),
        -eta * J * gap - curvature(curvature_minus) <= log(F_next) - log(F),
        -loss(curvature_plus, F) <= change - gap * eta,
        change - gap * eta <= loss(curvature_minus, J),
        rises(2 * F * gap, curvature_plus),
    ),
    notation=(
        *(SUCCESS, FAILURE, SUCCESS_NEXT, FAILURE_NEXT, GAP, CHANGE),
        Notation(curvature_plus, STEP.mean_correct(B(o)), "mean of B over the correct responses"),
        Notation(
            curvature_minus, STEP.mean_incorrect(B(o)), "mean of B over the incorrect responses"
        ),
    ),
    remark="Where E+[B] > 0, the last part says: J rises for 0 < eta < 2(1-J) gap/E+[B].",
    twins=(
        Twin("half the curvature", least(F, curvature(curvature_plus / 2))),
        Twin("E- in place of E+", least(F, curvature(curvature_minus))),
        Twin("J and 1 - J exchanged", least(J, curvature(curvature_plus))),
        Twin("E- in place of E+, lower", -loss(curvature_minus, F) <= change - gap * eta),
        Twin("E+ in place of E-, upper", change - gap * eta <= loss(curvature_plus, J)),
        Twin("J and 1 - J exchanged, lower", -loss(curvature_plus, J) <= change - gap * eta),
        Twin("twice the step", rises(4 * F * gap, curvature_plus)),
        Twin("a step for E-", rises(2 * F * gap, curvature_minus)),
        Twin("any score", drop="smooth"),
    ),
)
