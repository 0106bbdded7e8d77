"""The sharp step inequality: no bound on the score, no bound on the step size."""

from theory.statements._prelude import *
from theory.statements._common import *

STATEMENT = Statement(
    slug="sharp_step",
    title="The sharp step inequality",
    paper_ref="sharpens eq. (16)",
    kind="lower",
    hypotheses=STEP_HYPOTHESES,
    conclusion=conj(
        -(L * eta**2 / (2 * F)) <= change - gap * eta, change - gap * eta <= L * eta**2 / (2 * J)
    ),
    notation=(SUCCESS, FAILURE, GAP, CHANGE),
    twins=(
        Twin("half the curvature, lower", -curvature(L / 2) / F <= change - gap * eta),
        Twin("half the curvature, upper", change - gap * eta <= curvature(L / 2) / J),
        Twin("J and 1 - J exchanged, lower", -curvature() / J <= change - gap * eta),
        Twin("J and 1 - J exchanged, upper", change - gap * eta <= curvature() / F),
        Twin("sign flipped", curvature() / F <= change - gap * eta),
        Twin("any score", drop="smooth"),
    ),
)
